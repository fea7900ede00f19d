"""The same rules on real servers: PostgreSQL, Redis and a broker of the Kafka protocol."""
