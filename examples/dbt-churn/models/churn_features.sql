select
    c.customer_id,
    c.country,
    split_part(c.email, '@', 2) as email_domain,
    count(p.payment_id) as payments,
    sum(p.amount) as amount_paid,
    max(p.paid_on) as last_paid_on
from {{ ref('stg_customers') }} as c
left join {{ ref('stg_payments') }} as p
    on p.customer_id = c.customer_id
group by c.customer_id, c.country, c.email
