-- One row an agent. A conversation counts once for each of its agents.
with of_agents as (
    select distinct conversation_id, unnest(agent_ids) as agent_id
    from {{ source('auscult', 'conversations') }}
)
select
    of_agents.agent_id,
    count(*) as conversations,
    count(c.score) as scored,
    avg(c.score) as mean_score,
    sum(case when c.audit_state = 'audited' then 1 else 0 end) as audited,
    avg(c.audit_score) as mean_audit_score
from of_agents
join {{ source('auscult', 'conversations') }} as c on c.conversation_id = of_agents.conversation_id
group by 1
