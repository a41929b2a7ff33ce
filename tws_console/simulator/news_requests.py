"""Owns the requests about news: providers, headlines, articles, headlines as ticks. Imports `gateway`, `session`.

Headlines are made from the contract and the hour, so one seed and one time tell the same news.
"""

from datetime import UTC, datetime, timedelta

from tws_console.simulator.clock import read_moment
from tws_console.simulator.contracts import Contract
from tws_console.simulator.gateway import Gateway
from tws_console.simulator.session import Session
from tws_console.simulator.walk import mixed
from tws_console.simulator.wire import Cursor, Field, frame

PROVIDERS = {
    "BRFG": "Briefing.com General Market Columns",
    "BRFUPDN": "Briefing.com Analyst Actions",
    "DJNL": "Dow Jones Newsletters",
}
MAX_HEADLINES = 300
_EVERY = 3 * 3600
_TEXTS = (
    "{name}: volume above its average of thirty days",
    "{name}: analysts see the shares fairly valued",
    "{name} to speak at an investor conference",
    "{name}: what to watch before the next report",
    "Sector note: {name} and its peers",
)


def _headline(gateway: Gateway, contract: Contract, number: int) -> tuple[datetime, str, str, str]:
    """Time, provider, article id and headline of the news of one stretch of three hours."""
    dice = mixed(gateway.settings.seed * 0x9E3779B97F4A7C15 + contract.con_id * 0x100000001B3 + number)
    at = datetime.fromtimestamp(number * _EVERY + dice % _EVERY, UTC)
    code = list(PROVIDERS)[(dice >> 20) % len(PROVIDERS)]
    text = _TEXTS[(dice >> 32) % len(_TEXTS)].format(name=contract.long_name)
    return at, code, f"{code}${contract.con_id:x}{number:x}", text


def news_providers(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqNewsProviders (85)."""
    rows: list[Field] = [cell for row in PROVIDERS.items() for cell in row]
    session.send(frame(85, len(PROVIDERS), *rows))


def historical_news(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqHistoricalNews (86): headlines newest first, then the end, which says whether there are more."""
    cursor = Cursor(fields)
    request_id, con_id, codes = cursor.integer(), cursor.integer(), cursor.text().split("+")
    begin, end, most = cursor.text(), cursor.text(), min(MAX_HEADLINES, cursor.integer())
    contract = gateway.catalogue.contracts.get(con_id)
    if contract is None:
        session.send_error(request_id, 200, "No security definition has been found for the request")
        return
    if not set(codes) <= set(PROVIDERS):
        session.send_error(request_id, 321, "Error validating request.-'bS' : cause - Not allowed: news provider code")
        return
    until = min(gateway.clock.now(), read_moment(end) if end.strip() else gateway.clock.now())
    since = read_moment(begin) if begin.strip() else until - timedelta(days=7)
    number, told, more = int(until.timestamp()) // _EVERY, 0, False
    while number * _EVERY + _EVERY > since.timestamp() and not more:
        at, code, article, text = _headline(gateway, contract, number)
        number -= 1
        if not since <= at <= until or code not in codes:
            continue
        if told >= most:
            more = True
            continue
        told += 1
        session.send(frame(86, request_id, f"{at:%Y-%m-%d %H:%M:%S}.0", code, article, text))
    session.send(frame(87, request_id, more))


def news_article(gateway: Gateway, session: Session, fields: list[str]) -> None:
    """reqNewsArticle (84): plain text (type 0)."""
    cursor = Cursor(fields)
    request_id, code, article = cursor.integer(), cursor.text(), cursor.text()
    if code not in PROVIDERS or not article.startswith(f"{code}$"):
        session.send_error(request_id, 10172, "Failed to request news article:No data available")
        return
    session.send(frame(83, request_id, 0, f"Article {article} of {PROVIDERS[code]}. This market is a practice one."))


def follow(gateway: Gateway, session: Session, request_id: int, contract: Contract) -> None:
    """Send headlines as ticks (84) from now on, the newest one at once."""
    told = int(gateway.clock.now().timestamp()) // _EVERY - 1

    def tick(number: int) -> bytes:
        at, code, article, text = _headline(gateway, contract, number)
        return frame(84, request_id, int(at.timestamp() * 1000), code, article, text, "K:n/a")

    def due() -> bytes:
        nonlocal told
        now = gateway.clock.now()
        number = int(now.timestamp()) // _EVERY
        if number <= told or _headline(gateway, contract, number)[0] > now:
            return b""
        told = number
        return tick(number)

    session.send(tick(told))
    session.subscriptions.streams["news", request_id] = due


NEWS_REQUESTS = {84: news_article, 85: news_providers, 86: historical_news}
