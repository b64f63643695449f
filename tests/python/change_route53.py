"""Changes traffic with boto3, as one person and as another: records by compare-and-swap and all or none, a health check under its
version, routing controls under their safety rule, a message, what is denied, and answers that are lost after the change was made.

usage: change_route53.py DRDECK
"""

import sys
import time
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError

from aws import Aws
from deck import Simulator
from findings import Findings
from users import ask

ZONE = "Z0273916SHOP4EXMPL7"
STOREFRONT = "3f0c1b6e-8a4d-4c57-9e21-5b7a90d6c101"
TOPIC = "arn:aws:sns:us-west-2:111122223333:dr-incidents"


def refusal(call: Callable[[], Any]) -> str | None:
    """The code of the error that a call gives; None if it gives none."""
    try:
        call()
    except ClientError as error:
        return str(error.response["Error"]["Code"])
    return None


class Traffic:
    """Route 53 of the shop."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        self.route53 = Aws(simulator.endpoint).client("route53")
        # Route 53 takes ten calls a second, and the simulator holds its clients to that.
        self.route53.meta.events.register("before-call.route-53", lambda **_: time.sleep(0.1))

    def record(self, name: str, identifier: str | None = None) -> dict[str, Any]:
        """A record set as the API lists it."""
        sets = self.route53.list_resource_record_sets(HostedZoneId=ZONE)["ResourceRecordSets"]
        found = (each for each in sets if each["Name"] == name and each["Type"] == "A")
        return dict(next(each for each in found if each.get("SetIdentifier") == identifier))

    def change(self, *changes: tuple[str, dict[str, Any]]) -> str:
        """Makes changes in one batch; the id of the change."""
        batch = [{"Action": action, "ResourceRecordSet": record} for action, record in changes]
        answer = self.route53.change_resource_record_sets(HostedZoneId=ZONE, ChangeBatch={"Changes": batch})
        return str(answer["ChangeInfo"]["Id"])

    def answer(self, name: str) -> list[str]:
        """What the name servers answer."""
        told = self.route53.test_dns_answer(HostedZoneId=ZONE, RecordName=name, RecordType="A")
        return sorted(told["RecordData"])

    def in_sync_after(self, change: str) -> timedelta | None:
        """How long a change takes to be INSYNC, to five seconds."""
        begun = self._simulator.now()
        for seconds in range(0, 65, 5):
            self._simulator.freeze(begun + timedelta(seconds=seconds))
            if self.route53.get_change(Id=change)["ChangeInfo"]["Status"] == "INSYNC":
                return timedelta(seconds=seconds)
        return None


def swaps(traffic: Traffic, found: Findings) -> None:
    """DELETE of the old with CREATE of the new: refused when the old is not what it was thought to be."""
    name = "sessions.shop.example."
    old = traffic.record(name, "us-east-1")
    new = old | {"Weight": 0}
    for wrong in (old | {"Weight": 49}, old | {"TTL": 61}, old | {"ResourceRecords": [{"Value": "198.51.100.99"}]}):
        code = refusal(lambda wrong=wrong: traffic.change(("DELETE", wrong), ("CREATE", new)))
        found.equal("a swap of what is not there", code, "InvalidChangeBatch")
    found.equal("the record after refusals", traffic.record(name, "us-east-1"), old)
    change = traffic.change(("DELETE", old), ("CREATE", new))
    found.equal("the record in the API", traffic.record(name, "us-east-1"), new)
    took = traffic.in_sync_after(change)
    found.check(took is not None and timedelta(seconds=5) < took <= timedelta(seconds=60), f"INSYNC after {took}")
    for _ in range(3):
        found.equal("sessions answers", traffic.answer(name), ["198.51.100.131"])
    found.equal("the same swap again", refusal(lambda: traffic.change(("DELETE", old), ("CREATE", new))), "InvalidChangeBatch")


def all_or_none(simulator: Simulator, traffic: Traffic, found: Findings) -> None:
    """One change that cannot be made keeps the others from being made."""
    erp = traffic.record("erp.shop.example.")
    moved = erp | {"ResourceRecords": [{"Value": "203.0.113.99"}]}
    code = refusal(lambda: traffic.change(("UPSERT", moved), ("CREATE", erp)))
    found.equal("a batch with one that exists", code, "InvalidChangeBatch")
    found.equal("erp after the batch", traffic.record("erp.shop.example."), erp)
    change = traffic.change(("UPSERT", moved))
    found.equal("erp in the API", traffic.record("erp.shop.example."), moved)
    found.equal("erp answers", traffic.answer("erp.shop.example."), ["203.0.113.40"])
    found.check(traffic.in_sync_after(change) is not None, "the change of erp is not INSYNC within a minute")
    found.equal("erp answers then", traffic.answer("erp.shop.example."), ["203.0.113.99"])
    server = tomllib.loads(simulator.config.read_text())["dns"]["authoritative"][0]
    asked = ask(server, "erp.shop.example", "A")
    found.equal("the name server answers", asked and asked.values, frozenset({"203.0.113.99"}))


def forces(simulator: Simulator, traffic: Traffic, found: Findings) -> None:
    """A health check is forced unhealthy under its version, and DNS follows."""
    west = traffic.answer("usw2.www.shop.example.")
    found.check(traffic.answer("www.shop.example.") != west, "www answers us-west-2 before anything was done")
    version = traffic.route53.get_health_check(HealthCheckId=STOREFRONT)["HealthCheck"]["HealthCheckVersion"]
    both = {"HealthCheckId": STOREFRONT, "HealthCheckVersion": version, "Inverted": True, "Disabled": True}
    told = traffic.route53.update_health_check(**both)["HealthCheck"]
    found.equal("the version", told["HealthCheckVersion"], version + 1)
    found.equal("the same update again", refusal(lambda: traffic.route53.update_health_check(**both)), "HealthCheckVersionMismatch")
    simulator.freeze(simulator.now() + timedelta(minutes=1))
    found.equal("www answers", traffic.answer("www.shop.example."), west)


def switches(aws: Aws, found: Findings) -> None:
    """Both controls of payments are never off, unless the rule is overridden."""
    clusters = [aws.client("route53-recovery-cluster", region) for region in ("us-west-2", "eu-west-1")]
    controls = clusters[0].list_routing_controls()["RoutingControls"]
    off = [{"RoutingControlArn": each["RoutingControlArn"], "RoutingControlState": "Off"} for each in controls]
    told = refusal(lambda: clusters[0].update_routing_control_states(UpdateRoutingControlStateEntries=off))
    found.equal("both off", told, "ConflictException")
    clusters[0].update_routing_control_state(**off[0])
    states = [each["RoutingControlState"] for each in clusters[1].list_routing_controls()["RoutingControls"]]
    found.equal("the states at another endpoint", states, ["Off", "On"])


def speaks(simulator: Simulator, aws: Aws, found: Findings) -> None:
    """A message is listed with its time, and published twice it is there twice."""
    sns = aws.client("sns", "us-west-2")
    for _ in range(2):
        sns.publish(TopicArn=TOPIC, Subject="storefront", Message="moves to us-west-2")
    messages = simulator.control("messages")
    told = {(each["topic"], each["subject"], each["message"]) for each in messages}
    found.equal("the messages", (len(messages), told), (2, {(TOPIC, "storefront", "moves to us-west-2")}))
    at = datetime.fromisoformat(messages[0]["at"].replace("Z", "+00:00"))
    found.check(abs(at - simulator.now()) < timedelta(seconds=1), f"published at {at}")


def people(simulator: Simulator, found: Findings) -> None:
    """Access keys tell people apart, and a session its end."""

    def sts(key: str, token: str | None = None) -> Any:
        session = botocore.session.Session()
        session.set_credentials(key, "any", token)
        return session.create_client("sts", region_name="us-west-2", endpoint_url=simulator.endpoint, config=Config(proxies={}))

    user = "arn:aws:iam::111122223333:user"
    found.equal("demo", sts("demo").get_caller_identity()["Arn"], f"{user}/alice")
    found.equal("demo-bob", sts("demo-bob").get_caller_identity()["Arn"], f"{user}/bob")
    role = {"RoleArn": "arn:aws:iam::111122223333:role/operator", "RoleSessionName": "bob"}
    taken = sts("demo-bob").assume_role(SourceIdentity="bob", DurationSeconds=900, **role)
    keys = taken["Credentials"]
    lasts = (keys["Expiration"] - datetime.now(keys["Expiration"].tzinfo)).total_seconds()
    found.check(890 < lasts <= 900, f"the session lasts {lasts} s")
    who = sts(keys["AccessKeyId"], keys["SessionToken"]).get_caller_identity()["Arn"]
    found.equal("the session", who, "arn:aws:sts::111122223333:assumed-role/operator/bob")


def loses(simulator: Simulator, traffic: Traffic, found: Findings) -> None:
    """Each way in which an answer is lost: the change was made, and the next call is answered."""
    for how, address in (("reset", "203.0.113.1"), ("error", "203.0.113.2"), ("late", "203.0.113.3")):
        fault = {"lost-answer": {"service": "route53", "operation": "ChangeResourceRecordSets", "how": how, "delay": "20s"}}
        simulator.control("faults", [{"fault": fault, "times": 1}])
        new = traffic.record("erp.shop.example.") | {"ResourceRecords": [{"Value": address}]}
        answered = False
        try:
            traffic.change(("UPSERT", new))
            answered = True
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            found.check(how == "error" and status == 500, f"lost by {how}: {status}")
        except HTTPClientError as error:
            found.check(how != "error", f"lost by {how}: {error}")
        found.check(not answered, f"lost by {how}, and answered")
        found.equal(f"the record after a loss by {how}", traffic.record("erp.shop.example."), new)
        found.equal(f"the call after a loss by {how}", refusal(lambda new=new: traffic.change(("UPSERT", new))), None)
    simulator.control("faults", [{"fault": {"denied": {"service": "route53"}}, "times": 1}])
    found.equal("denied", refusal(lambda: traffic.change(("UPSERT", new))), "AccessDenied")


def main() -> None:
    """All of it in one simulator whose clock stands but for the steps it is moved by."""
    drdeck = sys.argv[1]
    found = Findings("changes of traffic")
    with Simulator(drdeck, "--speed", "0", "--seed", "7") as simulator:
        traffic = Traffic(simulator)
        swaps(traffic, found)
        all_or_none(simulator, traffic, found)
        forces(simulator, traffic, found)
        switches(Aws(simulator.endpoint), found)
        speaks(simulator, Aws(simulator.endpoint), found)
        people(simulator, found)
        loses(simulator, traffic, found)
        changed = [call for call in simulator.control("calls") if call["operation"] == "ChangeResourceRecordSets"]
        found.equal("calls whose answer was lost", [call["changed"] for call in changed if call["status"] is None], [True, True])
    found.end()


if __name__ == "__main__":
    main()
