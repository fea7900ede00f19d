"""The producer: brings what rules publish to the topics of the broker."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from swifteats_sim.domain.effects import Publish, Unavailable
from swifteats_sim.engine.clock import Clock
from swifteats_sim.stack.broker import Topic
from swifteats_sim.stack.service import Caller, Process, Service


class Producer:
    """Publishes to topics, known by name. counts : see Runner."""

    def __init__(self, clock: Clock, topics: Mapping[str, Topic], service: Service, counts: Counter[str]) -> None:
        self._clock, self._topics, self._service, self._counts = clock, topics, service, counts

    def publish(self, effect: Publish, caller: Caller, number: int) -> Process:
        """Until the broker has the message; or at once, where the rule does not wait for it."""
        if effect.forget:
            self._clock.process(self._try_to_publish(effect, caller, number))
            return
        yield from self._service.take("publish", caller, number)
        topic, now = self._topics[effect.topic], self._clock.instant
        ready = topic.leaders.ready(now)
        if ready > now:
            if caller.place:  # a customer waits for it
                self._counts["leader_waits"] += 1
                self._counts["leader_waited"] += ready - now
            yield self._clock.sleep(ready - now)
        topic.append(ready, effect.geo, effect.key, effect.message)

    def _try_to_publish(self, effect: Publish, caller: Caller, number: int) -> Process:
        """Nobody waits for it: with a full queue, or no leader there, the message is lost (C31)."""
        topic = self._topics[effect.topic]
        try:
            yield from self._service.take("publish", caller, number)
        except Unavailable:
            self._lose(topic, effect)
            return
        now = self._clock.instant
        if topic.leaders.ready(now) > now:
            self._lose(topic, effect)
        else:
            topic.append(now, effect.geo, effect.key, effect.message)

    def _lose(self, topic: Topic, effect: Publish) -> None:
        self._counts["lost_requests"] += 1
        topic.miss(effect.message)
