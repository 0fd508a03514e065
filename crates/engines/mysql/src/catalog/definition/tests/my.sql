CREATE TABLE `my` (
  `id` int(11) NOT NULL AUTO_INCREMENT,
  `o` int(11) DEFAULT NULL,
  KEY `o` (`o`,`id`)
) ENGINE=MyISAM DEFAULT CHARSET=latin1 COLLATE=latin1_swedish_ci DATA DIRECTORY='/tmp/'
