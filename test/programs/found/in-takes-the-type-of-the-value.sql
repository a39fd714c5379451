-- The members of a list take the type of the value before it, whatever they lose by that; types of one kind stay as they are.

CREATE TEMPORARY TABLE t1 (i INT, l BIGINT, m DECIMAL(5, 2), f FLOAT, d DOUBLE, c CHAR(3), s STRING, n DECIMAL(38, 10), o DECIMAL(38, 9), dt DATE) WITH ('connector' = 'values', 'data-id' = 't1')
+I -1 9223372036854775807 -1.50 0.1 0.1 abc abcdef 12.9999999999 13.000000000 2024-02-29
+I 1 4294967297 1.50 0.5 0.5 xyz xy 13.0000000000 13.000000000 2024-03-01

SELECT i, i IN (l, m), i IN (1.5, 7), i NOT IN (4294967297, 2), l IN (i, 9223372036854775807), f IN (d), c IN (s), n IN (o, 5), n NOT IN (o), i IN ('1', '2'), s IN (i, i), dt IN ('2024-02-29'), (i, n) IN ((l, o), (7, 7)), i < ANY (m, 0.5), i = ALL (l, m) FROM t1
= -1 TRUE FALSE TRUE TRUE TRUE TRUE FALSE TRUE FALSE FALSE TRUE FALSE TRUE TRUE
= 1 TRUE TRUE FALSE FALSE TRUE FALSE TRUE FALSE TRUE FALSE FALSE TRUE FALSE TRUE
