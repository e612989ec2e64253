-- One row a UTC day, the queue in which conversations ended, and a version of a form.
select
    cast(started_at as date) as day,
    {{ auscult.last_of("queue_ids") }} as queue_id,
    form_id,
    form_version,
    count(*) as conversations,
    count(score) as scored,
    avg(score) as mean_score,
    avg(case when passed then 1.0 when not passed then 0.0 end) as share_passed
from {{ source('auscult', 'conversations') }}
group by 1, 2, 3, 4
