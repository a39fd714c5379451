-- = and <> bring numbers to their common type, which may round: FLOAT and DOUBLE become the first of them. Others compare exactly.

CREATE TEMPORARY TABLE t1 (f FLOAT, d DOUBLE, n DECIMAL(38, 10), o DECIMAL(38, 9)) WITH ('connector' = 'values', 'data-id' = 't1')
+I 0.1 0.1 12.9999999999 13.000000000
+I 0.5 0.5 13.0000000000 13.000000000

SELECT f, f = d, d = f, f <> d, d <> f, f < d, d < f, f IS DISTINCT FROM d, f = 0.1E0, f = 0.1, NULLIF(f, d), CASE f WHEN d THEN 'same' END, n = o, n <> o, n < o, n IS DISTINCT FROM o, NULLIF(n, o), (f, n) = (d, o), (f, n) <> (d, o) FROM t1
= 0.1 TRUE FALSE FALSE TRUE FALSE TRUE TRUE TRUE FALSE NULL same TRUE FALSE TRUE TRUE NULL FALSE FALSE
= 0.5 TRUE TRUE FALSE FALSE FALSE FALSE FALSE FALSE FALSE NULL same TRUE FALSE FALSE FALSE NULL TRUE FALSE
