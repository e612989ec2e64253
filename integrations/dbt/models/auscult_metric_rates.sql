-- One row a metric of a version of a form. Answers that do not apply are in neither share.
select
    form_id,
    form_version,
    metric_id,
    max(metric_name) as metric_name,
    count(*) as answers,
    count(adhered) as applicable,
    avg(case when adhered then 1.0 when not adhered then 0.0 end) as share_adhered,
    sum(case when is_fatal_error then 1 else 0 end) as fatal_errors
from {{ source('auscult', 'verdicts') }}
group by 1, 2, 3
