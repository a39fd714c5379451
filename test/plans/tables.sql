-- The tables of all plans in this folder. The test's connector reads its facts from the options.
CREATE TABLE orders (
  id BIGINT,
  `user` STRING,
  amount DECIMAL(10, 2),
  qty INT,
  ts TIMESTAMP(3),
  total AS amount * qty,
  WATERMARK FOR ts AS ts - INTERVAL '5' SECOND
) WITH ('connector' = 'test');

CREATE TABLE clicks (
  `user` STRING,
  url STRING,
  place ROW<city STRING, zip INT>,
  seen TIMESTAMP_LTZ(3),
  WATERMARK FOR seen AS seen
) WITH ('connector' = 'test', 'bounded' = 'false');

-- upserts by key: a change is the new row alone
CREATE TABLE users (id STRING NOT NULL, name STRING, city STRING, PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'test', 'changes' = 'UA,D');

-- a full changelog
CREATE TABLE accounts (id BIGINT NOT NULL, owner STRING, balance BIGINT, PRIMARY KEY (id) NOT ENFORCED)
WITH ('connector' = 'test', 'changes' = 'UB,UA,D');

CREATE TABLE plain (a INT, b BIGINT, c STRING) WITH ('connector' = 'test');

CREATE TABLE append_sink (`user` STRING, n BIGINT) WITH ('connector' = 'test', 'accepts' = 'insert-only');
CREATE TABLE upsert_sink (`user` STRING, n BIGINT, PRIMARY KEY (`user`) NOT ENFORCED) WITH ('connector' = 'test', 'accepts' = 'upsert');
CREATE TABLE any_sink (`user` STRING, n BIGINT NOT NULL) WITH ('connector' = 'test', 'accepts' = 'all');
CREATE VIEW big_orders AS SELECT id, `user`, total FROM orders WHERE amount > 100;
