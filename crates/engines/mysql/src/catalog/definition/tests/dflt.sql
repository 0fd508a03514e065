CREATE TABLE `dflt` (
  `a` bigint(20) NOT NULL DEFAULT nextval(`app`.`sq`),
  `b` varchar(10) CHARACTER SET utf8mb3 COLLATE utf8mb3_general_ci DEFAULT NULL,
  `c` binary(3) DEFAULT NULL,
  `d` text CHARACTER SET ascii COLLATE ascii_general_ci DEFAULT NULL,
  `e` varchar(9) CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci DEFAULT NULL,
  `x1` date NOT NULL,
  `x2` date NOT NULL,
  PERIOD FOR `p` (`x1`, `x2`),
  PRIMARY KEY (`a`,`p` WITHOUT OVERLAPS),
  KEY `a` (`a`),
  FULLTEXT KEY `f1` (`b`),
  FULLTEXT KEY `f2` (`d`)
) ENGINE=InnoDB DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci COMMENT='x'
