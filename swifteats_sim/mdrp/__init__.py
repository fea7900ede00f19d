"""The Meal Delivery Routing Problem: its instances, its rules, a policy, an audit and the published numbers.

Reyes, Erera, Savelsbergh, Sahasrabudhe, O'Neil (2018), "The Meal Delivery Routing Problem". Times are whole minutes
from the start of the day, lengths whole metres. An instance (`instance`) is dispatched minute by minute
(`dispatching`) by a policy (`rolling_horizon`) that sees what is known by then; the solution (`solution`) is checked by
an audit (`audit`) that believes nothing but the instance, and measured (`metrics`).
"""
