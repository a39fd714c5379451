-- A key that is aggregated as well is NULL in the sets without it, and counted and summed as it came.

CREATE TEMPORARY TABLE t1 (k INT, n INT) WITH ('connector' = 'values', 'data-id' = 't1')
+I 10 1
+I 10 1
+I NULL 1

SELECT k, COUNT(*), COUNT(k), SUM(k) FROM t1 GROUP BY CUBE (k)
= 10 2 2 20
= NULL 1 0 NULL
= NULL 3 2 20
