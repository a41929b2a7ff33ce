"""Owns what a financial advisor's login knows beyond its accounts: groups and aliases, as XML. Imports nothing."""

from dataclasses import dataclass
from xml.sax.saxutils import escape

GROUPS, PROFILES, ALIASES = 1, 2, 3
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


@dataclass(frozen=True, slots=True)
class Advisor:
    """The advisor's own account, the groups of accounts, a name for each account."""

    account: str
    groups: dict[str, list[str]]
    aliases: dict[str, str]

    def document(self, kind: int) -> str | None:
        """The XML that TWS keeps under a kind of advisor data; None for a kind that does not exist."""
        if kind == GROUPS:
            rows = (_group(name, accounts) for name, accounts in self.groups.items())
            return f"{_HEAD}<ListOfGroups>\n{''.join(rows)}</ListOfGroups>\n"
        if kind == ALIASES:
            pairs = self.aliases.items()
            rows = (
                f"\t<AccountAlias>\n\t\t<account>{escape(account)}</account>\n\t\t<alias>{escape(alias)}</alias>\n"
                "\t</AccountAlias>\n"
                for account, alias in pairs
            )
            return f"{_HEAD}<ListOfAccountAliases>\n{''.join(rows)}</ListOfAccountAliases>\n"
        return None


def _group(name: str, accounts: list[str]) -> str:
    listed = "".join(f"\t\t\t<String>{escape(account)}</String>\n" for account in accounts)
    return (
        f'\t<Group>\n\t\t<name>{escape(name)}</name>\n\t\t<ListOfAccts varName="list">\n{listed}\t\t</ListOfAccts>\n'
        "\t\t<defaultMethod>NetLiq</defaultMethod>\n\t</Group>\n"
    )
