"""For connectors whose `can_revoke` says that an access can be given back."""

from __future__ import annotations

from contextlib import suppress

import pytest

from syndication.connectors.base import Connector
from syndication.connectors.errors import Rejected, TryLater, Unauthorized
from tests.scripted_server import answer, playing
from tests.syndication.connectors.network import SECRETS, Impatient, Network, told_by


def opens_nothing(net: Network, connector: Connector) -> None:
    if net.lasts_when_given_back:
        net.expire()
    with pytest.raises(Unauthorized):
        connector.profile()
    if net.can_refresh:
        with pytest.raises(Unauthorized):
            connector.refresh()


class RevokeContract:
    """What must hold when a link ends. Needs the fixtures `net` and `connector`."""

    def test_what_was_given_back_opens_nothing_any_more(self, net, connector):
        connector.profile()
        connector.revoke()
        opens_nothing(net, connector)

    def test_another_access_to_the_same_account_stays_good(self, net, connector):
        other = net.connector(net.credentials())
        connector.revoke()
        assert other.profile().uid
        if net.can_refresh:
            assert other.refresh().access_token

    def test_what_is_gone_already_may_be_given_back_again(self, net, connector):
        connector.revoke()
        with suppress(Rejected):  # a definite word, too
            connector.revoke()

    @pytest.mark.parametrize("kind", ["500_before", "503", "429", "drop_after", "slow"])
    def test_giving_back_without_a_clear_answer_is_tried_later(self, net, kind):
        connector = net.connector_class(
            net.credentials(), http=Impatient(net.http(), 0.5), app=net.app()
        )
        net.sandbox.faults.add(connector.key, kind, times=1, seconds=7)
        with pytest.raises(TryLater) as delay:
            connector.revoke()
        assert delay.value.after == (7 if kind in ("429", "503") else None)
        with suppress(Rejected):  # that it is gone already
            connector.revoke()
        opens_nothing(net, connector)

    @pytest.mark.parametrize("status", [400, 401, 403, 404])
    def test_a_definite_no_to_giving_back_is_told_without_a_secret(self, net, status):
        body = f'{{"error":"{" ".join(SECRETS)}"}}'
        with playing(answer(body, f"{status} No")) as server:
            connector = net.scripted(server)
            with pytest.raises(Rejected) as refusal:
                connector.revoke()
            assert refusal.value.status == status
            words = told_by(connector.revoke)
        assert not [secret for secret in SECRETS if secret in words]

    @pytest.mark.parametrize("status", [408, 425, 429, 500, 503])
    def test_a_no_that_is_not_definite_is_tried_later(self, net, status):
        with playing(answer("{}", f"{status} No")) as server, pytest.raises(TryLater):
            net.scripted(server).revoke()
