CREATE TABLE `t8` (
  `my_row_id` bigint unsigned NOT NULL AUTO_INCREMENT /*!80023 INVISIBLE */,
  `a` varchar(20) CHARACTER SET latin1 COLLATE latin1_general_ci NOT NULL DEFAULT _utf8mb4'x,)',
  `b` varchar(20) COLLATE utf8mb4_bin DEFAULT (concat(_utf8mb4'a,',_utf8mb4')')),
  `j` json DEFAULT NULL,
  `g` geometry NOT NULL /*!80003 SRID 4326 */,
  `u` binary(16) DEFAULT (uuid_to_bin(uuid())) COMMENT 'it''s, (a',
  `v` int GENERATED ALWAYS AS (json_extract(`j`,_utf8mb4'$.a')) VIRTUAL,
  `n` int NOT NULL,
  PRIMARY KEY (`my_row_id`,`n`),
  UNIQUE KEY `x` ((lower(`a`)),`n`),
  KEY `i` (`b`) /*!80000 INVISIBLE */,
  FULLTEXT KEY `f` (`b`) /*!50100 WITH PARSER `ngram` */ ,
  CONSTRAINT `t8_chk_1` CHECK ((`n` > 0)) /*!80016 NOT ENFORCED */
) /*!50100 TABLESPACE `innodb_system` */ ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_0900_ai_ci
/*!50100 PARTITION BY RANGE (`n`)
(PARTITION p0 VALUES LESS THAN (10) ENGINE = InnoDB,
 PARTITION p1 VALUES LESS THAN MAXVALUE ENGINE = InnoDB) */
