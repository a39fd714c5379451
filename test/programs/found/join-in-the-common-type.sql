-- Keys of a join are compared in their common type, too.

CREATE TEMPORARY TABLE t1 (f FLOAT, n DECIMAL(38, 10)) WITH ('connector' = 'values', 'data-id' = 't1')
+I 0.1 12.9999999999
+I 0.5 13.0000000000
-D 0.5 13.0000000000
+I 0.25 7.0000000000

CREATE TEMPORARY TABLE t2 (d DOUBLE, o DECIMAL(38, 9)) WITH ('connector' = 'values', 'data-id' = 't2')
+I 0.1 13.000000000
+I 0.25 7.000000000

SELECT * FROM t1 JOIN t2 ON t1.f = t2.d AND t1.n = t2.o
= 0.1 12.9999999999 0.1 13.000000000
= 0.25 7.0000000000 0.25 7.000000000
