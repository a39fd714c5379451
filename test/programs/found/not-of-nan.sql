-- NOT of a comparison is the inverse comparison: for NaN neither is TRUE.

CREATE TEMPORARY TABLE t1 (i INT) WITH ('connector' = 'values', 'data-id' = 't1')
+I -1
+I 1
+I 9

SELECT i, NOT (LN(i) > 1), NOT (LN(i) BETWEEN 0 AND 9), LN(i) NOT BETWEEN 0 AND 1, NOT (LN(i) > 1 AND LN(i) > 2), NOT (LN(i) = 1), NOT (LN(i) <> 1), LN(i) NOT IN (7, 8), (LN(i) > 1) IS NOT TRUE, NOT NOT (LN(i) > 1), CASE WHEN LN(i) > 1 THEN 1 WHEN NOT (LN(i) > 1) THEN 2 ELSE 3 END FROM t1
= -1 FALSE FALSE FALSE FALSE TRUE FALSE TRUE TRUE FALSE 3
= 1 TRUE FALSE FALSE TRUE TRUE FALSE TRUE TRUE FALSE 2
= 9 FALSE FALSE TRUE FALSE TRUE FALSE TRUE FALSE TRUE 1
