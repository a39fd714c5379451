/**
 * `millrace/broker`: a Kafka broker inside your process. For a test suite, or for an application that brings its own log.
 *
 *     import { Broker } from 'millrace/broker'
 *
 *     const broker = await Broker.start()                  // in memory, on any free port
 *     const kafka = new Kafka({ brokers: [broker.bootstrap] })
 *     await broker.stop()
 */
export { BrokerServer as Broker, type BrokerServerOptions as BrokerOptions } from './server/broker-server.ts'
