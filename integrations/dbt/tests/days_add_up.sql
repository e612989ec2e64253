-- Fails when the days do not have all conversations.
select * from (
    select (select sum(conversations) from {{ ref('auscult_daily_scores') }}) as days,
           (select count(*) from {{ source('auscult', 'conversations') }}) as conversations
) as counts
where days <> conversations
