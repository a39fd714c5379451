-- Flink aggregates sets that are written again apart, and a single one of those by all keys: k and n here, not k alone.

CREATE TEMPORARY TABLE t1 (k INT, n INT) WITH ('connector' = 'values', 'data-id' = 't1')
+I 10 1
+I 10 1
+I 10 1

SELECT k, n, GROUP_ID(), COUNT(*) FROM t1 GROUP BY GROUPING SETS ((k, n), k, k, ())
= 10 1 0 3
= 10 NULL 0 3
= NULL NULL 0 3
= 10 1 1 3
