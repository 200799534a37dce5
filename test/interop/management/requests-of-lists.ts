// Parameters of lists: see requests.ts for how a line is read.
export const LISTS: string = `
guest GET /queues?page=0 -> 400
guest GET /queues?page=x -> 400
guest GET /queues?page=-1 -> 400
guest GET /queues?page=1&page_size=501 -> 400
guest GET /queues?page=1&page_size=0 -> 400
guest GET /queues?page=2 -> 400
guest GET /queues?page=1&name=(&use_regex=true -> 400
guest GET /queues?page=1&name=none -> 200
guest GET /queues?page_size=0 -> 200
guest GET /queues?name=orders -> 200
guest GET /queues?sort=none -> 200
guest GET /queues?columns=none -> 200
guest GET /queues?lengths_age=0&lengths_incr=1 -> 400
guest GET /queues?lengths_age=x&lengths_incr=1 -> 200
guest GET /queues?lengths_age=60 -> 200
guest GET /queues?lengths_age=1000000&lengths_incr=1 -> 400
guest GET /queues/shop/orders?msg_rates_age=0&msg_rates_incr=0 -> 400
guest GET /queues/shop/orders?columns=name -> 200
guest GET /exchanges?page=2 -> 400
guest GET /bindings?page=2 -> 400 (RabbitMQ: 200, pages of this list are newer)
guest GET /vhosts?page=2 -> 400
guest GET /users?page=2 -> 400 (RabbitMQ: 200, pages of this list are newer)
guest GET /consumers?page=2 -> 400 (RabbitMQ: 200, pages of this list are newer)
guest GET /policies?page=2 -> 400 (RabbitMQ: 200, pages of this list are newer)
guest GET /nodes?page=2 -> 400 (RabbitMQ: 200, pages of this list are newer)
guest GET /connections?page=2 -> 400
guest GET /channels?page=2 -> 400
`;
