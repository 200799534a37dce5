// What is changed, well and badly: see requests.ts for how a line is read.
export const CHANGES: string = `
guest DELETE /auth/attempts/NODE -> 204
guest PUT /feature-flags/none/enable -> 400
guest PUT /feature-flags/quorum_queue/enable {} -> 204
guest PUT /queues/shop/new {"durable":true} -> 201
guest PUT /queues/shop/new {"durable":true} -> 204
guest PUT /queues/shop/new {"durable":false} -> 400
guest PUT /queues/shop/new {"durable":true,"arguments":{"x-max-length":"a"}} -> 400
guest PUT /queues/shop/bad {"durable":true,"arguments":{"x-max-length":-1}} -> 400
guest PUT /queues/shop/bad {"durable":"maybe"} -> 400
guest PUT /queues/shop/bad {"durable":1} -> 400
guest PUT /queues/shop/bad {"auto_delete":"x"} -> 400
guest PUT /queues/shop/bad {"arguments":"x"} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
guest PUT /queues/shop/bad {"arguments":[]} -> 201
guest PUT /queues/shop/bad {"arguments":{"x-queue-type":"none"}} -> 400
guest PUT /queues/shop/bad {"arguments":{"x-queue-type":"quorum"}} -> 400
guest PUT /queues/shop/amq.bad {} -> 401
guest PUT /queues/shop/text {"durable":"true"} -> 201
guest PUT /queues/shop/other {"durable":true,"node":"none@nowhere"} -> 400
guest PUT /queues/shop/extra {"durable":true,"unknown":1} -> 201
guest PUT /queues/shop/empty-body -> 201
guest PUT /queues/shop/bad { -> 400
guest PUT /queues/shop/bad [] -> 400
guest PUT /queues/shop/bad "x" -> 400
guest PUT /queues/shop/bad null -> 204
guest PUT /queues/shop/bad 1 -> 400
guest PUT /queues/none/new {} -> 404
guest DELETE /queues/shop/new?if-empty=true -> 204
guest DELETE /queues/shop/new -> 404
guest DELETE /queues/shop/orders?if-empty=true -> 400
guest DELETE /queues/shop/orders?if-unused=true -> 400
guest DELETE /queues/shop/mine -> 400
guest GET /queues/shop/mine -> 200
guest DELETE /queues/shop/mine/contents -> 400
guest DELETE /queues/shop/none/contents -> 404
guest DELETE /queues/shop/safe/contents -> 204
guest DELETE /queues/shop/log/contents -> 400
guest POST /queues/shop/orders/actions {"action":"sync"} -> 204
guest POST /queues/shop/orders/actions {"action":"cancel_sync"} -> 204
guest POST /queues/shop/orders/actions {"action":"none"} -> 400
guest POST /queues/shop/orders/actions {} -> 400
guest POST /queues/shop/safe/actions {"action":"sync"} -> 204
guest POST /queues/shop/orders/get {"count":1,"ackmode":"ack_requeue_true","encoding":"auto"} -> 200
guest POST /queues/shop/orders/get {"count":1,"ackmode":"none","encoding":"auto"} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
guest POST /queues/shop/orders/get {"count":1,"ackmode":"ack_requeue_true","encoding":"none"} -> 400
guest POST /queues/shop/orders/get {"count":"1","ackmode":"ack_requeue_true","encoding":"auto"} -> 200
guest POST /queues/shop/orders/get {"count":"x","ackmode":"ack_requeue_true","encoding":"auto"} -> 400
guest POST /queues/shop/orders/get {"count":-1,"ackmode":"ack_requeue_true","encoding":"auto"} -> 400 (RabbitMQ: 200, the type of a field is checked)
guest POST /queues/shop/orders/get {"count":0,"ackmode":"ack_requeue_true","encoding":"auto"} -> 200
guest POST /queues/shop/orders/get {"count":1.5,"ackmode":"ack_requeue_true","encoding":"auto"} -> 400 (RabbitMQ: 200, the type of a field is checked)
guest POST /queues/shop/orders/get {"count":1,"ackmode":"ack_requeue_true","encoding":"auto","truncate":2} -> 200
guest POST /queues/shop/orders/get {"count":1,"ackmode":"ack_requeue_true","encoding":"auto","truncate":"x"} -> 400
guest POST /queues/shop/orders/get {"count":1,"ackmode":"ack_requeue_true","encoding":"base64"} -> 200
guest POST /queues/shop/orders/get {} -> 400
guest POST /queues/shop/orders/get -> 400
guest POST /queues/shop/none/get {"count":1,"ackmode":"ack_requeue_true","encoding":"auto"} -> 404
guest POST /queues/shop/log/get {"count":1,"ackmode":"ack_requeue_true","encoding":"auto"} -> 400
guest POST /queues/shop/mine/get {"count":1,"ackmode":"ack_requeue_true","encoding":"auto"} -> 400
guest PUT /exchanges/shop/new {"type":"direct"} -> 201
guest PUT /exchanges/shop/new {"type":"direct"} -> 204
guest PUT /exchanges/shop/new {"type":"fanout"} -> 400
guest PUT /exchanges/shop/bad {} -> 201
guest PUT /exchanges/shop/bad {"type":"none"} -> 400
guest PUT /exchanges/shop/bad {"type":1} -> 400
guest PUT /exchanges/shop/bad {"type":"direct","internal":"x"} -> 400
guest PUT /exchanges/shop/bad {"type":"direct","arguments":{"alternate-exchange":1}} -> 400
guest PUT /exchanges/shop/amq.bad {"type":"direct"} -> 401
guest PUT /exchanges/shop/amq.direct {"type":"direct","durable":true} -> 204
guest PUT /exchanges/shop/amq.default {"type":"direct","durable":true} -> 401
guest DELETE /exchanges/shop/amq.direct -> 401
guest DELETE /exchanges/shop/amq.default -> 401
guest DELETE /exchanges/shop/orders?if-unused=true -> 400
guest DELETE /exchanges/shop/new -> 204
guest DELETE /exchanges/shop/new -> 404
guest POST /exchanges/shop/orders/publish {"properties":{},"routing_key":"","payload":"x","payload_encoding":"string"} -> 200
guest POST /exchanges/shop/orders/publish {"properties":{},"routing_key":"none","payload":"x","payload_encoding":"string"} -> 200
guest POST /exchanges/shop/orders/publish {"properties":{},"routing_key":"","payload":"eA==","payload_encoding":"base64"} -> 200
guest POST /exchanges/shop/orders/publish {"properties":{},"routing_key":"","payload":"?","payload_encoding":"base64"} -> 400
guest POST /exchanges/shop/orders/publish {"properties":{},"routing_key":"","payload":"x","payload_encoding":"none"} -> 400
guest POST /exchanges/shop/orders/publish {"properties":{"delivery_mode":2,"headers":{"a":1,"b":[1,"x",null,true]}},"routing_key":"","payload":"x","payload_encoding":"string"} -> 200 (RabbitMQ: 400, null is a value of AMQP)
guest POST /exchanges/shop/orders/publish {"properties":{"delivery_mode":"x"},"routing_key":"","payload":"x","payload_encoding":"string"} -> 400
guest POST /exchanges/shop/orders/publish {"properties":{"none":1},"routing_key":"","payload":"x","payload_encoding":"string"} -> 200
guest POST /exchanges/shop/orders/publish {"properties":[],"routing_key":"","payload":"x","payload_encoding":"string"} -> 200 (RabbitMQ: 500, fails inside RabbitMQ)
guest POST /exchanges/shop/orders/publish {"properties":{},"routing_key":1,"payload":"x","payload_encoding":"string"} -> 400 (RabbitMQ: 200, the type of a field is checked)
guest POST /exchanges/shop/orders/publish {"properties":{},"routing_key":"","payload":1,"payload_encoding":"string"} -> 400
guest POST /exchanges/shop/orders/publish {"properties":{},"routing_key":""} -> 400
guest POST /exchanges/shop/orders/publish {} -> 400
guest POST /exchanges/shop/unsold/publish {"properties":{},"routing_key":"","payload":"x","payload_encoding":"string"} -> 400
guest POST /exchanges/shop/none/publish {"properties":{},"routing_key":"","payload":"x","payload_encoding":"string"} -> 400
guest POST /exchanges/shop/amq.default/publish {"properties":{},"routing_key":"plain","payload":"x","payload_encoding":"string"} -> 200
guest GET /exchanges/shop/orders/publish -> 405
guest GET /queues/shop/orders/get -> 405
guest POST /bindings/shop/e/orders/q/orders {"routing_key":"b","arguments":{}} -> 201
guest POST /bindings/shop/e/orders/q/orders {"routing_key":"b","arguments":{}} -> 201
guest POST /bindings/shop/e/orders/q/orders {"routing_key":1} -> 400 (RabbitMQ: 201, the type of a field is checked)
guest POST /bindings/shop/e/orders/q/orders {"arguments":1} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
guest POST /bindings/shop/e/orders/q/none {} -> 404
guest POST /bindings/shop/e/none/q/orders {} -> 404
guest POST /bindings/shop/e/orders/x/orders {} -> 404 (RabbitMQ: 500, fails inside RabbitMQ)
guest POST /bindings/shop/e/amq.default/q/orders {} -> 401
guest GET /bindings/shop/e/orders/q/orders -> 200
guest GET /bindings/shop/e/orders/q/orders/b -> 200
guest GET /bindings/shop/e/orders/q/orders/none -> 404
guest GET /bindings/shop/e/orders/q/none -> 200
guest GET /bindings/shop/e/none/q/orders -> 200
guest PUT /bindings/shop/e/orders/q/orders/b {} -> 405
guest DELETE /bindings/shop/e/orders/q/orders/b -> 204
guest DELETE /bindings/shop/e/orders/q/orders/b -> 404
guest GET /bindings/shop/e/orders/e/news -> 200
guest GET /bindings/shop/e/amq.default/q/orders -> 200
guest DELETE /bindings/shop/e/amq.default/q/orders/orders -> 401
guest PUT /vhosts/new {} -> 201
guest PUT /vhosts/new -> 204
guest PUT /vhosts/new {"description":"d","tags":["a"]} -> 204
guest PUT /vhosts/new {"description":1} -> 400 (RabbitMQ: 204, the type of a field is checked)
guest PUT /vhosts/new {"tags":1} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
guest PUT /vhosts/new {"tracing":"true"} -> 204
guest PUT /vhosts/new {"tracing":"x"} -> 400
guest POST /vhosts/new/start/NODE -> 204
guest POST /vhosts/none/start/NODE -> 400
guest POST /vhosts/new/start/none -> 400
guest DELETE /vhosts/new -> 204
guest DELETE /vhosts/new -> 404
guest PUT /users/new {"password":"p","tags":"a,b"} -> 201
guest PUT /users/new {"password":"p","tags":"a,b"} -> 204
guest PUT /users/new {"password":"p","tags":["a"]} -> 204
guest PUT /users/new {"password":"p"} -> 400
guest PUT /users/new {"tags":""} -> 204
guest PUT /users/new {"password_hash":"x","tags":""} -> 400
guest PUT /users/new {"password_hash":"","tags":""} -> 204
guest PUT /users/new {"password_hash":"kI3GCqW5JLMJa4iX1lo7X4D6XbYqlLgxIs30+P6tENUV2POR","hashing_algorithm":"none","tags":""} -> 400 (RabbitMQ: 204, the type of a field is checked)
guest PUT /users/new {"password":"p","password_hash":"x","tags":""} -> 400
guest PUT /users/new {"password":1,"tags":""} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
guest PUT /users/new {"password":"p","tags":1} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
guest PUT /users/new {} -> 400
guest DELETE /users/new -> 204
guest DELETE /users/new -> 404
guest POST /users/bulk-delete {"users":["none"]} -> 400
guest POST /users/bulk-delete {"users":"none"} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
guest POST /users/bulk-delete {"users":[1]} -> 400
guest POST /users/bulk-delete {} -> 400
guest GET /users/without-permissions -> 200
guest PUT /permissions/shop/stranger {"configure":"","write":"","read":""} -> 201
guest PUT /permissions/shop/stranger {"configure":"","write":"","read":""} -> 204
guest PUT /permissions/shop/stranger {"configure":"(","write":"","read":""} -> 400
guest PUT /permissions/shop/stranger {"configure":1,"write":"","read":""} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
guest PUT /permissions/shop/stranger {"configure":""} -> 400
guest PUT /permissions/none/stranger {"configure":"","write":"","read":""} -> 400
guest PUT /permissions/shop/none {"configure":"","write":"","read":""} -> 400
guest DELETE /permissions/shop/stranger -> 204
guest DELETE /permissions/shop/stranger -> 404
guest DELETE /permissions/none/stranger -> 404
guest PUT /topic-permissions/shop/stranger {"exchange":"news","write":"","read":""} -> 201
guest PUT /topic-permissions/shop/stranger {"exchange":"news","write":"","read":""} -> 204
guest PUT /topic-permissions/shop/stranger {"exchange":"news"} -> 400
guest PUT /topic-permissions/shop/stranger {"exchange":"news","write":"(","read":""} -> 400
guest PUT /topic-permissions/shop/none {"exchange":"news","write":"","read":""} -> 400
guest GET /topic-permissions/shop/stranger -> 200
guest GET /topic-permissions/shop/guest -> 404
guest DELETE /topic-permissions/shop/stranger -> 204
guest DELETE /topic-permissions/shop/stranger -> 404
guest PUT /policies/shop/new {"pattern":"x","definition":{"max-length":1}} -> 201
guest PUT /policies/shop/new {"pattern":"x","definition":{"max-length":1}} -> 204
guest PUT /policies/shop/new {"pattern":"(","definition":{"max-length":1}} -> 400
guest PUT /policies/shop/new {"pattern":"x","definition":{"none":1}} -> 400
guest PUT /policies/shop/new {"pattern":"x","definition":{}} -> 400
guest PUT /policies/shop/new {"pattern":"x","definition":{"max-length":"x"}} -> 400
guest PUT /policies/shop/new {"pattern":"x","definition":1} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
guest PUT /policies/shop/new {"pattern":1,"definition":{"max-length":1}} -> 400
guest PUT /policies/shop/new {"pattern":"x","definition":{"max-length":1},"priority":"x"} -> 400
guest PUT /policies/shop/new {"pattern":"x","definition":{"max-length":1},"apply-to":"none"} -> 400
guest PUT /policies/shop/new {"pattern":"x","definition":{"max-length":1},"apply-to":1} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
guest PUT /policies/shop/new {"definition":{"max-length":1}} -> 400
guest PUT /policies/shop/new {} -> 400
guest PUT /policies/none/new {"pattern":"x","definition":{"max-length":1}} -> 404
guest DELETE /policies/shop/new -> 204
guest DELETE /policies/shop/new -> 404
guest DELETE /policies/none/new -> 404
guest PUT /operator-policies/shop/new {"pattern":"x","definition":{"max-length":1}} -> 201
guest PUT /operator-policies/shop/new {"pattern":"x","definition":{"dead-letter-exchange":"x"}} -> 400
guest DELETE /operator-policies/shop/new -> 204
guest DELETE /operator-policies/shop/new -> 404
guest PUT /parameters/none/shop/x {"value":1} -> 400
guest PUT /parameters/vhost-limits/shop/limits {"value":{"max-queues":"x"}} -> 400
guest PUT /parameters/vhost-limits/shop/limits {} -> 400
guest PUT /parameters/vhost-limits/none/limits {"value":{}} -> 404
guest PUT /parameters/policy/shop/x {"value":{"pattern":"x","definition":{"max-length":1}}} -> 400
guest DELETE /parameters/policy/shop/x -> 404
guest DELETE /parameters/none/shop/x -> 404
guest PUT /global-parameters/new {"value":1} -> 201
guest PUT /global-parameters/new {"value":2} -> 204
guest PUT /global-parameters/new {} -> 400
guest DELETE /global-parameters/new -> 204
guest DELETE /global-parameters/new -> 404
guest PUT /cluster-name {"name":"new name"} -> 204
guest PUT /cluster-name {} -> 400
guest PUT /cluster-name {"name":1} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
guest PUT /vhost-limits/shop/max-queues {"value":"x"} -> 400
guest PUT /vhost-limits/shop/max-queues {} -> 400
guest PUT /vhost-limits/shop/none {"value":1} -> 400
guest PUT /vhost-limits/none/max-queues {"value":1} -> 404
guest DELETE /vhost-limits/shop/none -> 204
guest DELETE /vhost-limits/none/max-queues -> 404 (RabbitMQ: 500, fails inside RabbitMQ)
guest PUT /user-limits/worker/max-connections {"value":"x"} -> 400
guest PUT /user-limits/worker/none {"value":1} -> 400
guest PUT /user-limits/none/max-connections {"value":1} -> 400
guest PUT /user-limits/worker/max-connections {} -> 400
guest DELETE /user-limits/worker/none -> 204
guest DELETE /user-limits/none/max-connections -> 404 (RabbitMQ: 500, fails inside RabbitMQ)
guest GET /vhost-limits/shop/max-queues -> 405
guest POST /definitions {"queues":[{"name":"d","vhost":"shop","durable":true,"auto_delete":false,"arguments":{}}]} -> 204
guest POST /definitions {} -> 204
guest POST /definitions { -> 400
guest POST /definitions [] -> 400
guest POST /definitions {"queues":[{"name":"d"}]} -> 400
guest POST /definitions {"queues":1} -> 400 (RabbitMQ: 500, fails inside RabbitMQ)
guest POST /definitions/shop {"queues":[{"name":"e","durable":true,"auto_delete":false,"arguments":{}}]} -> 204
guest POST /definitions/none {} -> 404
guest PUT /definitions {} -> 405
guest GET /all-configuration -> 200
guest POST /rebalance/queues -> 204
guest POST /rebalance/queues {} -> 204
guest POST /queues/shop {} -> 405
guest DELETE /queues/shop -> 405
guest PUT /overview {} -> 405
guest POST /overview {} -> 405
guest DELETE /overview -> 405
guest PUT /connections/x {} -> 405
guest DELETE /connections/none -> 404
guest DELETE /connections/username/none -> 204
guest POST /queues/quorum/shop/safe/replicas/add {"node":"NODE"} -> 400 (RabbitMQ: 405, newer than 3.10)
guest DELETE /reset/none -> 400 (RabbitMQ: 404, told as in other places)
guest POST /login -> 401
`;
