"""Names of HTML's elements (https://html.spec.whatwg.org/#elements-3, old ones too) as regular expressions."""

from __future__ import annotations

BLOCKS = (
    "address|article|aside|blockquote|body|br|caption|center|dd|details|dialog|dir|div|dl|dt|fieldset|figcaption"
    "|figure|footer|form|h[1-6]|head|header|hgroup|hr|html|legend|li|main|menu|nav|noscript|ol|optgroup|option|p"
    "|pre|search|section|select|summary|table|tbody|td|tfoot|th|thead|title|tr|ul"
)
"""Elements that begin a line and end one."""

PHRASES = (
    "a|abbr|acronym|b|bdi|bdo|big|cite|code|data|del|dfn|em|font|i|ins|kbd|mark|nobr|q|rp|rt|ruby|s|samp|small|span"
    "|strike|strong|sub|sup|time|tt|u|var|wbr"
)
"""Elements in the run of a text."""

INLINES = (
    f"{PHRASES}|area|audio|base|button|canvas|col|colgroup|datalist|embed|iframe|img|input|label|link|map|meta"
    "|meter|object|output|param|picture|progress|script|slot|source|style|svg|template|textarea|track|video"
)
"""Elements that leave a line as it is: those, and others that show no text, or a control."""
