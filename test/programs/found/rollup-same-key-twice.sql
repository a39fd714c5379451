-- ROLLUP (k, k) has the sets (k) and (), as in Flink; GROUPING SETS ((k), (k)) has the same set twice.

CREATE TEMPORARY TABLE t1 (k INT) WITH ('connector' = 'values', 'data-id' = 't1')
+I 1
+I 2

SELECT k, COUNT(*) FROM t1 GROUP BY ROLLUP (k, k)
= 1 1
= 2 1
= NULL 2
