-- One row a metric: how often auditors gave the machine's answer.
select
    form_id,
    metric_id,
    max(metric_name) as metric_name,
    count(*) as audited,
    avg(case when audit_qualification = qualification then 1.0 else 0.0 end) as share_equal
from {{ source('auscult', 'verdicts') }}
where audit_qualification <> '-'
group by 1, 2
