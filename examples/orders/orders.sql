-- What the shop writes: a topic as a table. Its rows have event time, and may come five seconds late.
CREATE TABLE orders (
  customer STRING,
  amount DECIMAL(10, 2),
  ordered TIMESTAMP_LTZ(3),
  WATERMARK FOR ordered AS ordered - INTERVAL '5' SECOND
) WITH (
  'connector' = 'kafka',
  'topic' = 'orders',
  'properties.bootstrap.servers' = 'localhost:9092',
  'scan.startup.mode' = 'earliest-offset',
  'format' = 'json',
  'json.timestamp-format.standard' = 'ISO-8601'
);

-- What the reports read: one record per customer and minute, the customer in its key.
CREATE TABLE revenue (
  customer STRING,
  `minute` STRING,
  orders BIGINT,
  total DECIMAL(38, 2)
) WITH (
  'connector' = 'kafka',
  'topic' = 'revenue',
  'properties.bootstrap.servers' = 'localhost:9092',
  'key.format' = 'raw',
  'key.fields' = 'customer',
  'value.format' = 'json',
  'value.fields-include' = 'EXCEPT_KEY'
);

INSERT INTO revenue
SELECT customer, DATE_FORMAT(window_start, 'HH:mm'), COUNT(*), SUM(amount)
FROM TABLE(TUMBLE(TABLE orders, DESCRIPTOR(ordered), INTERVAL '1' MINUTE))
GROUP BY customer, window_start, window_end;
