// Who may do what: see requests.ts for how a line is read.
export const PERMISSIONS: string = `
none GET /auth -> 200
none GET /overview -> 401
none GET /none -> 404
none GET /queues/shop -> 401
none PUT /queues/shop/x {} -> 401
none OPTIONS /overview -> 200
wrong GET /overview -> 401
nobody GET /overview -> 401
nobody GET /whoami -> 401
worker GET /whoami -> 200
worker GET /overview -> 200
worker GET /nodes -> 401
worker GET /nodes/NODE -> 401
worker GET /users -> 401
worker GET /permissions -> 401
worker GET /vhosts -> 200
worker GET /vhosts/shop -> 401
worker GET /vhosts/empty -> 401
worker GET /queues -> 200
worker GET /queues/shop -> 200
worker GET /queues/empty -> 401
worker GET /queues/%2F -> 401
worker GET /queues/shop/orders -> 200
worker GET /connections -> 200
worker GET /channels -> 200
worker GET /consumers -> 200
worker GET /consumers/shop -> 200
worker GET /policies -> 200
worker GET /policies/shop -> 200
worker GET /policies/shop/long -> 401
worker GET /operator-policies -> 200
worker GET /operator-policies/shop -> 200
worker GET /parameters -> 401
worker GET /parameters/vhost-limits/shop -> 401
worker GET /global-parameters -> 401
worker GET /global-parameters/region -> 401
worker GET /vhost-limits -> 200
worker GET /vhost-limits/shop -> 200
worker GET /vhost-limits/empty -> 401
worker GET /user-limits -> 200
worker GET /definitions -> 401
worker GET /definitions/shop -> 401
worker GET /extensions -> 200
worker GET /cluster-name -> 200
worker PUT /cluster-name {"name":"x"} -> 401
worker GET /feature-flags -> 200 (RabbitMQ: 401, newer than 3.10)
worker GET /auth/attempts/NODE -> 401
worker GET /health/checks/alarms -> 200
worker GET /vhosts/shop/connections -> 200
worker GET /vhosts/shop/channels -> 200
worker GET /vhosts/shop/permissions -> 401
worker GET /vhosts/empty/connections -> 401
worker PUT /vhosts/x {} -> 401
worker PUT /users/x {"password":"p","tags":""} -> 401
worker PUT /queues/shop/x {"durable":true} -> 401
worker PUT /queues/shop/w.x {"durable":true} -> 201
worker PUT /queues/empty/w.x {"durable":true} -> 401
worker PUT /exchanges/shop/x {"type":"direct"} -> 401
worker PUT /exchanges/shop/w.e {"type":"direct"} -> 201
worker POST /bindings/shop/e/w.e/q/w.x {} -> 201
worker POST /bindings/shop/e/w.e/q/orders {} -> 401
worker POST /exchanges/shop/orders/publish {"properties":{},"routing_key":"k","payload":"x","payload_encoding":"string"} -> 400
worker POST /exchanges/shop/w.e/publish {"properties":{},"routing_key":"k","payload":"x","payload_encoding":"string"} -> 200
worker POST /queues/shop/w.x/get {"count":1,"ackmode":"ack_requeue_true","encoding":"auto"} -> 200
worker PUT /policies/shop/p {"pattern":"x","definition":{"max-length":1}} -> 401
worker DELETE /queues/shop/orders -> 401
worker DELETE /queues/shop/w.x -> 204
worker DELETE /exchanges/shop/w.e -> 204
worker POST /rebalance/queues -> 401
worker GET /rebalance/queues -> 405
stranger GET /overview -> 200
stranger GET /queues/shop -> 401
stranger GET /queues/shop/orders -> 401
stranger GET /queues -> 200
stranger GET /vhosts -> 200
stranger GET /vhosts/shop -> 401
stranger GET /bindings/shop -> 401
stranger GET /exchanges/shop/orders -> 401
stranger PUT /queues/shop/x {} -> 401
watcher GET /nodes -> 200
watcher GET /queues/shop -> 401
watcher GET /vhosts -> 200
watcher GET /vhosts/empty -> 401
watcher GET /users -> 401
watcher GET /connections -> 200
watcher GET /policies/shop -> 401
watcher GET /parameters -> 401
watcher GET /global-parameters -> 401
watcher GET /definitions -> 401
watcher GET /auth/attempts/NODE -> 200
watcher DELETE /auth/attempts/NODE -> 204
watcher PUT /policies/shop/p {"pattern":"x","definition":{"max-length":1}} -> 401
maker GET /nodes -> 401
maker GET /parameters -> 200
maker GET /parameters/vhost-limits -> 200
maker GET /global-parameters -> 200
maker PUT /global-parameters/x {"value":1} -> 201
maker DELETE /global-parameters/x -> 204
maker PUT /policies/shop/p {"pattern":"x","definition":{"max-length":1}} -> 201
maker PUT /policies/shop/p {"pattern":"x","definition":{"max-length":2}} -> 204
maker PUT /policies/%2F/p {"pattern":"x","definition":{"max-length":1}} -> 401
maker PUT /operator-policies/shop/p {"pattern":"x","definition":{"max-length":1}} -> 401
maker DELETE /policies/shop/p -> 204
maker DELETE /policies/shop/p -> 404
maker PUT /parameters/vhost-limits/shop/limits {"value":{"max-queues":100,"max-connections":50}} -> 204
maker PUT /vhost-limits/shop/max-queues {"value":1} -> 401
worker POST /queues/shop/orders/actions {"action":"sync"} -> 401
none GET // -> 301 (RabbitMQ: 200, no web pages)
none GET //api -> 301
none GET //cli -> 301
none GET //cli/index.html -> 200
none GET //cli/rabbitmqadmin -> 404 (RabbitMQ: 200, the script is not part of Leveret; RabbitMQ has it no longer in 4.3)
none GET //api/index.html -> 200
none GET //doc/stats.html -> 301
none GET //js/none.js -> 404
`;
