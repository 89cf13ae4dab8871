extension Report {
  /// How the page looks: in light and in dark, in narrow windows, on paper. It names no font or file that is elsewhere.
  static let style = """
    :root {
      color-scheme: light dark;
      --back: #ffffff; --ink: #1c1f23; --faint: #5b626b; --line: #d5d9de; --panel: #f5f6f8; --link: #0a56a8;
      --keyword: #7a2fb5; --string: #0b6b3a; --number: #0b56a6; --error: #b3261e; --error-back: #fdf0ee;
      --warning: #7d5200; --warning-back: #fdf6e3; --note: #1f5f8b; --note-back: #eef5fa;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --back: #14171a; --ink: #e2e5e9; --faint: #9aa2ab; --line: #363c43; --panel: #1c2024; --link: #82b7f5;
        --keyword: #c99df0; --string: #8fd0a0; --number: #8bbcf5; --error: #ff9f96; --error-back: #321a18;
        --warning: #eec46f; --warning-back: #2b2413; --note: #93c5e8; --note-back: #16242e;
      }
    }
    * { box-sizing: border-box; }
    body {
      margin: 0 auto; max-width: 58rem; padding: 1.5rem 1rem 3rem; background: var(--back); color: var(--ink);
      font: 1rem/1.5 system-ui, sans-serif; overflow-wrap: break-word;
    }
    h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; }
    h2 { font-size: 1.2rem; line-height: 1.3; margin: 2.2rem 0 .6rem; }
    p, ul, ol { margin: .6rem 0; }
    a { color: var(--link); }
    .state { color: var(--faint); margin: 0; }
    .state.failed { color: var(--error); }
    nav { border: solid var(--line); border-width: 1px 0; margin-top: 1.2rem; }
    nav ol { padding-left: 1.6rem; }
    pre, code { font-family: ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }
    pre { font-size: .85rem; line-height: 1.45; margin: .6rem 0; overflow-x: auto; tab-size: 4; }
    p code, li code, h2 code { font-size: .9em; background: var(--panel); padding: .1em .25em; border-radius: 3px; }
    .code { background: var(--panel); border: 1px solid var(--line); border-radius: 6px; padding: .6rem 0; }
    .code code > span { display: block; padding-right: .8rem; width: max-content; min-width: 100%; }
    .code a {
      display: inline-block; width: 3.2em; padding-right: .9em; text-align: right; color: var(--faint);
      text-decoration: none; user-select: none;
    }
    .code a:hover { text-decoration: underline; }
    .code span:target, .code .stop { background: var(--warning-back); }
    .code .stop { box-shadow: inset 3px 0 var(--error); background: var(--error-back); }
    .code .left { opacity: .6; }
    .keyword { color: var(--keyword); }
    .string { color: var(--string); }
    span.number { color: var(--number); }
    .comment { color: var(--faint); font-style: italic; }
    .invalid { text-decoration: underline wavy var(--error); }
    .output, .news { border-left: 3px solid var(--line); padding: .1rem 0 .1rem .8rem; }
    .news, .took { color: var(--faint); }
    .took { font-size: .8rem; margin: .2rem 0; text-align: right; }
    .scroll { overflow-x: auto; }
    table { border-collapse: collapse; font-size: .9rem; margin: .6rem 0; }
    caption { color: var(--faint); text-align: left; padding-bottom: .3rem; }
    th, td { padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
    thead th { border-bottom: 2px solid var(--faint); }
    tbody th { font-weight: normal; }
    th.number, td.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
    figure { margin: .8rem 0; }
    figure svg { display: block; max-width: 100%; height: auto; min-width: 26rem; }
    figure svg text { fill: currentColor; }
    figure img { max-width: 100%; min-width: 6rem; height: auto; image-rendering: auto; }
    figcaption { color: var(--faint); font-size: .9rem; white-space: pre-line; }
    summary code { overflow-wrap: anywhere; }
    details { color: var(--faint); font-size: .9rem; }
    .message { border-left: 4px solid; border-radius: 4px; padding: .5rem .8rem; margin: .8rem 0; }
    .message p { margin: 0; }
    .message pre { color: var(--ink); margin: .3rem 0 0; }
    .error { border-color: var(--error); background: var(--error-back); }
    .error strong { color: var(--error); }
    .warning { border-color: var(--warning); background: var(--warning-back); }
    .warning strong { color: var(--warning); }
    .note { border-color: var(--note); background: var(--note-back); }
    .note strong { color: var(--note); }
    footer { border-top: 1px solid var(--line); margin-top: 3rem; font-size: .9rem; }
    dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1.2rem; }
    dt { color: var(--faint); }
    dd { margin: 0; min-width: 0; overflow-wrap: anywhere; white-space: pre-line; }
    @media (max-width: 36rem) {
      body { padding: 1rem .7rem 2rem; }
      .code a { width: 2.4em; padding-right: .6em; }
      table { width: max-content; }
      th, td { max-width: 14rem; }
      dl { grid-template-columns: 1fr; gap: 0; }
      dd { margin-bottom: .6rem; }
    }
    @media print {
      :root {
        color-scheme: light;
        --back: #ffffff; --ink: #000000; --faint: #444444; --line: #bbbbbb; --panel: #ffffff; --link: #000000;
        --keyword: #5b1f8a; --string: #0b5a32; --number: #0b4688; --error: #9c1c15; --error-back: #ffffff;
        --warning: #6b4600; --warning-back: #ffffff; --note: #1f4f72; --note-back: #ffffff;
      }
      @page { margin: 16mm; }
      body { max-width: none; padding: 0; font-size: 10pt; }
      nav, figure details { display: none; }
      h2 { break-after: avoid; }
      pre { white-space: pre-wrap; overflow: visible; font-size: 8.5pt; orphans: 3; widows: 3; }
      .code code > span { width: auto; break-inside: avoid; }
      .scroll { overflow: visible; }
      table { font-size: 8.5pt; }
      thead { display: table-header-group; }
      tr, figure, .message { break-inside: avoid; }
      figure svg { min-width: 0; }
    }

    """
}
