"""boto3 clients for an AWS-compatible endpoint on loopback, as independent of drdeck as they come."""

import gzip
import json
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

import botocore
import botocore.session
from botocore.config import Config

CBOR = ("cloudwatch/2010-08-01", "arc-region-switch/2022-07-26")


class Aws:
    """The services of one endpoint. With `cbor`, CloudWatch and Region switch are spoken in rpc-v2-cbor, as the Rust SDK does; boto3
    would pick JSON."""

    def __init__(self, endpoint: str, cbor: bool = True, timeout: float = 5.0) -> None:
        self.endpoint = endpoint
        self._session = botocore.session.Session()
        self._session.set_credentials("AKIADEMODEMODEMODEMO", "demo", None)
        if cbor:
            self._models = tempfile.TemporaryDirectory(prefix="drdeck-models-")
            force_cbor(Path(self._models.name))
            self._session.set_config_variable("data_path", self._models.name)
        self._config = Config(
            retries={"total_max_attempts": 1},
            connect_timeout=timeout,
            read_timeout=timeout,
            proxies={},
            user_agent_extra="drdeck-tests",
        )
        self.client = cache(self._client)

    def _client(self, service: str, region: str = "us-east-1") -> Any:
        return self._session.create_client(service, region_name=region, endpoint_url=self.endpoint, config=self._config)


def force_cbor(folder: Path) -> None:
    """Writes the models of services that speak CBOR into `folder`, with CBOR as their only protocol."""
    for service in CBOR:
        source = Path(botocore.__path__[0]) / "data" / service / "service-2.json.gz"
        model = json.loads(gzip.decompress(source.read_bytes()))
        model["metadata"]["protocols"] = ["smithy-rpc-v2-cbor"]
        target = folder / service
        target.mkdir(parents=True)
        (target / "service-2.json").write_text(json.dumps(model))
