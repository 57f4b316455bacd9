select
    customer_id,
    lower(email) as email,
    upper(country) as country,
    joined_on
from {{ ref('raw_customers') }}
