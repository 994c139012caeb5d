"""The API answers as the contract says."""

from __future__ import annotations

import json
import re
from typing import Any

import jsonschema
import pytest
from service_process import ROOT, WORDS, Running

from detector.rules import catalogue
from service.settings import ServiceSettings, settings_table


def test_a_report_comes_back_with_what_was_said_of_the_article(service: Running) -> None:
    fields = {"id": "a-1", "title": "Bridge", "published": "2025-03-04", "url": "https://example.org/a"}
    report = service.score(WORDS, **fields).json()
    assert report["schema_version"] == "1"
    assert {name: report["article"][name] for name in fields} == fields
    flag = report["flags"][0]
    assert flag["quote"] == WORDS[flag["start"] : flag["end"]] == "The"


def test_what_was_read_can_be_scored_as_it_came_back(service: Running) -> None:
    page = f"<html><head><meta name=author content='Jane Doe'></head><body><p>{WORDS}</p></body></html>"
    told = service.client.post(
        "/v1/read", content=page.encode(), headers={"Content-Type": "text/html"}
    ).json()
    assert told["author"] == "Jane Doe"
    report = service.client.post("/v1/score", json=told | {"id": None})
    assert report.status_code == 200, report.text
    assert report.json()["article"]["id"] == ""


@pytest.mark.parametrize(("unit", "end"), [("codepoint", 3), ("utf16", 5)])
def test_offsets_count_in_the_unit_asked_for(service: Running, unit: str, end: int) -> None:
    text = "😀a😀 " + WORDS
    response = service.client.post("/v1/score", params={"offsets": unit}, json={"text": text})
    report = response.json()
    assert report["article"]["offset_unit"] == unit
    assert report["flags"][0]["end"] == end
    assert report["signals"]["ai_generated"]["windows"][0]["end"] == end


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Talks were held.", "words"),
        ("   ", "words"),
        ("A câmara municipal disse na segunda-feira que a ponte será fechada para obras. " * 12, "language"),
    ],
)
def test_what_cannot_be_judged_is_an_abstention_not_an_error(
    service: Running, text: str, reason: str
) -> None:
    response = service.score(text)
    assert response.status_code == 200
    credibility = response.json()["credibility"]
    assert credibility["abstained"] is True
    assert credibility["score"] is None
    assert reason in " ".join(credibility["reasons"])


def test_html_is_scored_and_read(service: Running) -> None:
    page = f"<html><body><article><h1>Bridge</h1><p>{WORDS}</p></article></body></html>"
    assert service.client.post("/v1/score", json={"html": page}).json()["article"]["words"] > 60
    read = service.client.post("/v1/read", content=page, headers={"content-type": "text/html"}).json()
    assert "The council of Port Ellery said" in read["text"]


@pytest.mark.parametrize("kind", ["text/plain", "text/html", "text/markdown"])
@pytest.mark.parametrize("charset", ["windows-1251", "iso-8859-5", "utf-8"])
def test_the_charset_that_http_declares_is_read(service: Running, kind: str, charset: str) -> None:
    text = "\u041c\u044d\u0440 \u0433\u043e\u0440\u043e\u0434\u0430 \u0432\u044b\u0441\u0442\u0443\u043f\u0438\u043b."
    page = f"<html><body><p>{text}</p></body></html>" if kind == "text/html" else text
    headers = {"content-type": f"{kind}; charset={charset}"}
    read = service.client.post("/v1/read", content=page.encode(charset), headers=headers).json()
    assert read["text"] == text


def test_the_openapi_document_refers_to_what_is_in_it(service: Running) -> None:
    document = service.client.get("/openapi.json").json()
    named = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert named <= set(document["components"]["schemas"])


def test_a_detector_is_timed_by_the_articles_that_it_saw(service: Running) -> None:
    before = service.metric('dateline_detector_seconds_count{detector="obedient"}')
    articles = [{"html": " "}, {"html": " "}, {"text": WORDS}]
    service.client.post("/v1/score/batch", json={"articles": articles})
    service.client.post("/v1/score", json={"html": " "})
    assert service.metric('dateline_detector_seconds_count{detector="obedient"}') == before + 1


def test_a_report_is_given_as_a_page_that_runs_nothing(service: Running) -> None:
    response = service.client.post(
        "/v1/score?format=html", json={"text": "<script>alert(1)</script> " + WORDS}
    )
    assert response.headers["content-type"].startswith("text/html")
    assert "sandbox" in response.headers["content-security-policy"]
    assert "attachment" in response.headers["content-disposition"]
    assert "<script>alert" not in response.text


def test_a_batch_is_answered_in_order_with_problems_in_place(service: Running) -> None:
    articles = [{"text": WORDS, "id": "1"}, {"html": " ", "id": "2"}, {"text": WORDS, "id": "3"}]
    reports = service.client.post("/v1/score/batch", json={"articles": articles}).json()["reports"]
    assert [entry.get("article", {}).get("id") for entry in reports] == ["1", None, "3"]
    assert reports[1]["problem"]["status"] == 422


def test_a_batch_equals_its_articles_one_by_one(service: Running) -> None:
    articles = [{"text": f"word{n} " + WORDS} for n in range(5)]
    together = service.client.post("/v1/score/batch", json={"articles": articles}).json()["reports"]
    assert together == [service.client.post("/v1/score", json=article).json() for article in articles]


def test_options_switch_rules_off(service: Running) -> None:
    assert service.score(WORDS, options={"ignore": ["src"]}).json()["flags"] == []
    assert service.score(WORDS, options={"target_fpr": 0.05}).status_code == 200


def test_rules_and_model_are_told(service: Running) -> None:
    rules = service.client.get("/v1/rules").json()["rules"]
    assert [rule["code"] for rule in rules] == list(catalogue())
    assert service.client.get("/v1/rules/src001").json() == catalogue()["SRC001"].to_dict()
    assert service.client.get("/v1/model").json()["models"][0]["name"] == "stub"


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_health_and_readiness(service: Running, path: str) -> None:
    response = service.client.get(path)
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


def test_a_balancer_may_ask_with_head(service: Running) -> None:
    for path in ("/", "/healthz", "/readyz"):
        response = service.client.head(path)
        assert (response.status_code, response.content) == (200, b"")
        assert service.client.get(path).content
    assert service.client.head("/v1/score").status_code == 405


@pytest.mark.parametrize(("given", "kept"), [("abc-1.2_x", True), ("a b", False), ("x" * 65, False)])
def test_a_request_id_comes_back_or_is_made(service: Running, given: str, kept: bool) -> None:
    response = service.client.get("/healthz", headers={"x-request-id": given})
    assert (response.headers["x-request-id"] == given) is kept
    assert response.headers["x-request-id"]


def test_examples_in_the_openapi_document_are_valid(service: Running) -> None:
    document = service.client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    resolvable = json.loads(json.dumps(schemas).replace("#/components/schemas/", "#/$defs/"))
    for path in ("/v1/score", "/v1/score/batch"):
        content = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
        name = content["schema"]["$ref"].rpartition("/")[2]
        for example in content["examples"].values():
            jsonschema.validate(example["value"], {**resolvable[name], "$defs": resolvable})
            assert service.client.post(path, json=example["value"]).status_code == 200


def test_reports_fit_their_published_schema(service: Running) -> None:
    schemas = service.client.get("/openapi.json").json()["components"]["schemas"]
    resolvable: dict[str, Any] = json.loads(json.dumps(schemas).replace("#/components/schemas/", "#/$defs/"))
    schema = {**resolvable["ReportShown"], "$defs": resolvable}
    for text in ("Short.", WORDS, "raise " + WORDS):
        jsonschema.validate(service.score(text).json(), schema)


def test_metrics_tell_what_the_issue_asks_for(service: Running) -> None:
    service.score("Short.")
    service.score(WORDS)
    service.score("raise " + WORDS)
    shown = service.client.get("/metrics").text
    for line in (
        'dateline_requests_total{route="/v1/score",status="200"}',
        "dateline_queue_depth 0.0",
        "dateline_queue_wait_seconds_count",
        'dateline_detector_seconds_count{detector="obedient"}',
        'dateline_abstained_total{reason="short_text"}',
        'dateline_abstained_total{reason="incomplete"}',
        'dateline_incomplete_total{detector="obedient",reason="ValueError"}',
        'dateline_model_info{name="stub"',
        'dateline_verdict_share{verdict="not_flagged"} 1.0',
        'dateline_mean_probability{length_bin="50-100"} 0.25',
        'dateline_worker_resident_bytes{slot="0"}',
    ):
        assert line in shown


def test_settings_come_from_the_environment_and_are_documented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATELINE_CORS_ORIGINS", "https://a.example, https://b.example")
    monkeypatch.setenv("DATELINE_SLOTS", "3")
    settings = ServiceSettings()
    assert settings.cors_origins == ("https://a.example", "https://b.example")
    assert settings.queue_places == 12
    assert settings_table() in (ROOT / "docs" / "service" / "deploying.md").read_text("utf-8")
