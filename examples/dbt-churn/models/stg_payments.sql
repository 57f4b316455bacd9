select
    payment_id,
    customer_id,
    paid_on,
    cast(amount as decimal(10, 2)) as amount
from {{ ref('raw_payments') }}
where amount > 0
