/**
 * Properties of listeners, TLS, SASL and ACLs, by Kafka's names. Most may be said for one listener, some for one mechanism of it:
 *
 *     ssl.client.auth=required
 *     listener.name.external.ssl.client.auth=none
 *     listener.name.external.plain.sasl.jaas.config=… user_alice="secret";
 */
import type { ConfigDefinition } from './definition.ts'

const oneBroker = 'there is one broker, which speaks to no other'
const inProcess = 'certificates, keys and tokens are checked by Node'

export const securityConfigs: readonly ConfigDefinition[] = [
  // ── listeners ──
  {
    name: 'listeners',
    type: 'list',
    default: 'PLAINTEXT://localhost:9092',
    description: 'where clients connect: NAME://host:port, separated by commas',
  },
  {
    name: 'advertised.listeners',
    type: 'list',
    default: null,
    description: 'what clients are told to connect to, where it is not what is listened on',
  },
  {
    name: 'listener.security.protocol.map',
    type: 'string',
    default: 'PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_PLAINTEXT:SASL_PLAINTEXT,SASL_SSL:SASL_SSL',
    description: 'the protocol of each listener, by its name',
  },
  {
    name: 'controller.listener.names',
    type: 'list',
    default: '',
    description: 'those of listeners that are not opened: there are no controllers',
  },
  {
    name: 'inter.broker.listener.name',
    type: 'string',
    default: null,
    description: 'the listener for other brokers',
    inert: oneBroker,
  },
  {
    name: 'security.inter.broker.protocol',
    type: 'string',
    default: 'PLAINTEXT',
    values: ['PLAINTEXT', 'SSL', 'SASL_PLAINTEXT', 'SASL_SSL'],
    description: 'the protocol for other brokers',
    inert: oneBroker,
  },
  {
    name: 'sasl.mechanism.inter.broker.protocol',
    type: 'string',
    default: 'GSSAPI',
    description: 'the mechanism for other brokers',
    inert: oneBroker,
  },
  // ── TLS ──
  {
    name: 'ssl.client.auth',
    type: 'string',
    default: 'none',
    values: ['none', 'requested', 'required'],
    description: 'do clients show a certificate',
  },
  { name: 'ssl.keystore.type', type: 'string', default: 'PEM', values: ['PEM', 'PKCS12', 'JKS'], description: 'form of the key' },
  { name: 'ssl.keystore.location', type: 'string', default: null, description: 'file with private key and certificate chain' },
  { name: 'ssl.keystore.password', type: 'password', default: null, description: 'password of a PKCS12 file' },
  { name: 'ssl.keystore.key', type: 'password', default: null, description: 'private key, as PEM' },
  { name: 'ssl.keystore.certificate.chain', type: 'password', default: null, description: 'certificate chain, as PEM' },
  { name: 'ssl.key.password', type: 'password', default: null, description: 'password of the private key' },
  {
    name: 'ssl.truststore.type',
    type: 'string',
    default: 'PEM',
    values: ['PEM', 'PKCS12', 'JKS'],
    description: 'form of the trusted certificates',
  },
  {
    name: 'ssl.truststore.location',
    type: 'string',
    default: null,
    description: 'file with certificates that clients are trusted by',
  },
  { name: 'ssl.truststore.password', type: 'password', default: null, description: 'password of the trusted certificates' },
  { name: 'ssl.truststore.certificates', type: 'password', default: null, description: 'trusted certificates, as PEM' },
  {
    name: 'ssl.enabled.protocols',
    type: 'list',
    default: 'TLSv1.2,TLSv1.3',
    description: 'versions of TLS that are spoken',
  },
  { name: 'ssl.cipher.suites', type: 'list', default: '', description: "ciphers that are used; Node's where there are none" },
  {
    name: 'ssl.principal.mapping.rules',
    type: 'string',
    default: 'DEFAULT',
    description: "what a client is called after its certificate's name",
  },
  {
    name: 'ssl.protocol',
    type: 'string',
    default: 'TLSv1.3',
    description: 'version of TLS',
    inert: 'ssl.enabled.protocols says which',
  },
  {
    name: 'ssl.endpoint.identification.algorithm',
    type: 'string',
    default: 'https',
    description: 'how the name of a peer is checked',
    inert: inProcess,
  },
  { name: 'ssl.provider', type: 'string', default: null, description: 'provider of TLS', inert: inProcess },
  { name: 'ssl.keymanager.algorithm', type: 'string', default: 'SunX509', description: 'algorithm for keys', inert: inProcess },
  { name: 'ssl.trustmanager.algorithm', type: 'string', default: 'PKIX', description: 'algorithm for trust', inert: inProcess },
  { name: 'ssl.secure.random.implementation', type: 'string', default: null, description: 'source of chance', inert: inProcess },
  // ── SASL ──
  {
    name: 'sasl.enabled.mechanisms',
    type: 'list',
    default: 'SCRAM-SHA-256,SCRAM-SHA-512',
    description: 'how clients may say who they are',
  },
  { name: 'sasl.jaas.config', type: 'password', default: null, description: 'users of PLAIN, as user_NAME="password"' },
  {
    name: 'sasl.server.callback.handler.class',
    type: 'class',
    default: null,
    values: [
      'org.apache.kafka.common.security.plain.internals.PlainServerCallbackHandler',
      'org.apache.kafka.common.security.oauthbearer.OAuthBearerValidatorCallbackHandler',
      'org.apache.kafka.common.security.oauthbearer.secured.OAuthBearerValidatorCallbackHandler',
    ],
    description: 'who checks what clients say',
    inert: 'what these classes do is built in',
  },
  {
    name: 'sasl.server.max.receive.size',
    type: 'int',
    default: String(512 * 1024),
    min: 1,
    description: 'the longest request of a client that has not yet said who it is',
  },
  {
    name: 'connections.max.reauth.ms',
    type: 'long',
    default: '0',
    min: 0,
    description: 'after so long a client has to say again who it is; 0: never',
  },
  {
    name: 'connection.failed.authentication.delay.ms',
    type: 'int',
    default: '100',
    min: 0,
    description: 'so late a client is told that it was not let in',
  },
  {
    name: 'sasl.oauthbearer.jwks.endpoint.url',
    type: 'string',
    default: null,
    description: 'the keys that tokens are signed with: https:, http: or file:',
  },
  {
    name: 'sasl.oauthbearer.jwks.endpoint.refresh.ms',
    type: 'long',
    default: '3600000',
    min: 1,
    description: 'so often the keys are read again',
  },
  {
    name: 'sasl.oauthbearer.jwks.endpoint.retry.backoff.ms',
    type: 'long',
    default: '100',
    min: 1,
    description: 'so long after a failure the keys are read again',
  },
  {
    name: 'sasl.oauthbearer.jwks.endpoint.retry.backoff.max.ms',
    type: 'long',
    default: '10000',
    min: 1,
    description: 'the longest wait after many failures',
  },
  {
    name: 'sasl.oauthbearer.expected.audience',
    type: 'list',
    default: '',
    description: 'audiences, one of which a token is for',
  },
  { name: 'sasl.oauthbearer.expected.issuer', type: 'string', default: null, description: 'who issues tokens' },
  {
    name: 'sasl.oauthbearer.clock.skew.seconds',
    type: 'int',
    default: '30',
    min: 0,
    description: 'so much clocks may differ',
  },
  { name: 'sasl.oauthbearer.scope.claim.name', type: 'string', default: 'scope', description: 'the claim that holds the scope' },
  {
    name: 'sasl.oauthbearer.sub.claim.name',
    type: 'string',
    default: 'sub',
    description: "the claim that holds the client's name",
  },
  {
    name: 'millrace.sasl.oauthbearer.allow.unsecured.tokens',
    type: 'boolean',
    default: 'false',
    description: 'for development only: tokens without a signature are believed',
  },
  {
    name: 'millrace.users',
    type: 'password',
    default: null,
    description: 'users of PLAIN and SCRAM, as name:password, separated by commas or spaces',
  },
  // ── ACLs ──
  {
    name: 'authorizer.class.name',
    type: 'string',
    default: '',
    values: ['', 'millrace', 'org.apache.kafka.metadata.authorizer.StandardAuthorizer'],
    description: 'who decides on what clients may do; everybody may do everything where it is empty',
  },
  { name: 'super.users', type: 'string', default: '', description: 'principals that may do everything, separated by semicolons' },
  {
    name: 'allow.everyone.if.no.acl.found',
    type: 'boolean',
    default: 'false',
    description: 'may everybody do everything with what no ACL speaks of',
  },
]
