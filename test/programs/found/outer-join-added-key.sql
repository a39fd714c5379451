-- A key that an outer join adds for itself (c2 cast to INT) is padded with NULL like any column of its side.

CREATE TEMPORARY TABLE t1 (k INT, c2 SMALLINT NOT NULL, c4 DECIMAL(38, 10)) WITH ('connector' = 'values', 'data-id' = 't1')
+I 3 0 1.5
+I 0 7 2.5

SELECT MAX(t4.c4) AS o2 FROM t1 AS t3 FULL JOIN t1 AS t4 ON (t3.c2 = t4.k)
= 2.5000000000
