// What is read, and what is not there: see requests.ts for how a line is read.
export const READING: string = `
guest GET /queues/shop/orders -> 200
guest GET /queues/shop/none -> 404
guest GET /queues/none -> 404
guest GET /queues/none/none -> 404
guest GET /exchanges/none -> 404
guest GET /exchanges/shop/none -> 404
guest GET /bindings/none -> 404
guest GET /connections/none -> 404
guest GET /channels/none -> 404
guest GET /consumers/none -> 404
guest GET /vhosts/none -> 404
guest GET /users/none -> 404
guest GET /policies/none -> 404
guest GET /policies/shop/none -> 404
guest GET /operator-policies/none -> 404
guest GET /parameters/none -> 200
guest GET /parameters/none/none -> 404
guest GET /parameters/vhost-limits/shop/none -> 404
guest GET /global-parameters/none -> 404
guest GET /permissions/none/guest -> 404
guest GET /permissions/shop/none -> 404
guest GET /topic-permissions/shop/none -> 404
guest GET /topic-permissions/none/guest -> 404
guest GET /vhost-limits/none -> 404
guest GET /user-limits/none -> 404
guest GET /vhosts/none/permissions -> 404
guest GET /vhosts/none/topic-permissions -> 404
guest GET /users/none/permissions -> 404
guest GET /users/none/topic-permissions -> 404
guest GET /definitions/none -> 400
guest GET /aliveness-test/none -> 404
guest GET /aliveness-test/shop -> 200
guest GET /nodes/none -> 404 (RabbitMQ: 500, fails inside RabbitMQ)
guest GET /nodes/none/memory -> 404
guest GET /auth/attempts/none -> 404
guest GET /auth/attempts/NODE/source -> 200
guest GET /healthchecks/node -> 200
guest GET /healthchecks/node/none -> 404
guest GET /none -> 404
guest GET / -> 301
guest GET /health/checks/none -> 404
guest GET /health/checks/port-listener/PORT -> 200
guest GET /health/checks/port-listener/1 -> 503
guest GET /health/checks/port-listener/x -> 400
guest GET /health/checks/protocol-listener/amqp -> 200
guest GET /health/checks/protocol-listener/none -> 503
guest GET /health/checks/certificate-expiration/1/months -> 200
guest GET /health/checks/certificate-expiration/x/months -> 400
guest GET /health/checks/certificate-expiration/1/eons -> 400
guest GET /health/checks/virtual-hosts -> 200
guest GET /health/checks/alarms -> 200
guest GET /health/checks/local-alarms -> 200
guest GET /health/checks/node-is-quorum-critical -> 200
guest GET /health/checks/node-is-mirror-sync-critical -> 200
guest GET /feature-flags -> 200
guest GET /auth -> 200
guest PATCH /overview -> 405
guest HEAD /overview -> 200
guest HEAD /queues/shop/orders -> 200
guest HEAD /queues/shop/none -> 404
guest OPTIONS /queues/shop/orders -> 200
guest OPTIONS /none -> 404 (RabbitMQ: 200, RabbitMQ takes it for a file)
guest GET /queues/shop/%FF -> 400 (RabbitMQ: 404, not UTF-8)
guest GET /queues/shop/% -> 400
guest GET /queues/%2f/plain -> 200
guest GET /queues/shop/orders/ -> 200
guest GET /queues/ -> 200
guest GET /queues// -> 404
guest GET /connections/username/guest -> 200
guest GET /connections/username/none -> 200
guest GET /vhosts/none/connections -> 404
guest GET /vhosts/none/channels -> 404
guest GET /nodes/NODE/memory/relative -> 200
guest GET /nodes/NODE/memory/ets -> 200
guest GET /nodes/NODE/memory/ets/none -> 200
guest GET /auth/hash_password/secret -> 200 (RabbitMQ: 404, newer than 3.10)
guest GET /queues/quorum/shop/safe/status -> 200 (RabbitMQ: 404, newer than 3.10)
guest GET /reset -> 405
guest GET /config/effective -> 404
guest GET /version -> 200 (RabbitMQ: 404, newer than 3.10)
guest GET /deprecated-features -> 200 (RabbitMQ: 404, newer than 3.10)
guest GET /deprecated-features/used -> 200 (RabbitMQ: 404, newer than 3.10)
guest GET /shovels -> 404
guest GET /federation-links -> 404
guest GET /users/guest/queues -> 404
`;
