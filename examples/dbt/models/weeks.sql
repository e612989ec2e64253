-- One row an agent and a week: calls, mean score, and the percentage that passed.
select
    agent_id,
    cast(date_trunc('week', started_at) as date) as week,
    count(*) as calls,
    round(avg(score), 1) as mean_score,
    round(100 * avg(case when passed then 1 else 0 end)) as passed_percent
from (
    select unnest(agent_ids) as agent_id, started_at, score, passed
    from {{ source('auscult', 'conversations') }}
    where score is not null
) as scored
group by 1, 2
