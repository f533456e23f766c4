CREATE TABLE type_counts (type text PRIMARY KEY, n bigint NOT NULL)
