"""Messages on a broker of the Kafka protocol: topics, who sends, who consumes, what a consumer does with requests."""
