"""Schemathesis over the OpenAPI document, with all checks."""

from __future__ import annotations

from datetime import date

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import positive_data_acceptance
from service_process import CAPS, Running

from service.app import create_app
from service.score_routes import FILE_TYPES
from service.settings import ServiceSettings

# A body over its cap is refused with 413, which is more exact than the 400 and 422 that schemathesis knows of.
REFUSED = ["400", "401", "403", "404", "405", "406", "409", "413", "415", "422", "428", "429"]
for media_type in FILE_TYPES:
    if media_type.startswith("application/") and not media_type.endswith("octet-stream"):
        schemathesis.serializer.alias(media_type, "application/octet-stream")
# No schema can say which years a date may have: the description does.
days = st.dates(date(1600, 1, 1), date(2200, 12, 31)).map(date.isoformat)
schemathesis.openapi.format("date", days)
CONFIG = SchemathesisConfig.from_dict({"checks": {"negative_data_rejection": {"expected-statuses": REFUSED}}})
schema = schemathesis.openapi.from_dict(create_app(ServiceSettings(**CAPS)).openapi(), config=CONFIG)


@pytest.mark.slow
@schema.parametrize()
@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
def test_every_operation_keeps_its_contract(service: Running, case: schemathesis.Case) -> None:
    # No schema can say which bytes make a PDF or a page with text in it: these may be 422.
    is_file = case.path == "/v1/read" or "html" in str(case.body)[:200_000]
    excluded = [positive_data_acceptance] if is_file else []
    case.call_and_validate(base_url=service.base, excluded_checks=excluded)
