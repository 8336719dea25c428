"""The style sheet of a report: for phones, large screens, dark mode and paper."""

STYLE = """
:root { color-scheme: light dark; --page: #ffffff; --card: #f5f7fa; --ink: #1f2933;
  --muted: #5f6c7b; --line: #dde2e8; --shade: rgba(31, 41, 51, .28);
  --blue: #2563eb; --orange: #d9480f; --green: #2b8a3e;
  --red: #c92a2a; --good: 43, 138, 62; --bad: 201, 42, 42; --pale: 37, 99, 235; }
@media (prefers-color-scheme: dark) { :root { --page: #14181d; --card: #1e242b; --ink: #e6eaee;
  --muted: #9aa7b4; --line: #333c46; --shade: rgba(255, 255, 255, .2);
  --blue: #6ea0ff; --orange: #ff9a62; --green: #69c97c;
  --red: #ff8080; --good: 105, 201, 124; --bad: 255, 110, 110; --pale: 110, 160, 255; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 1.2rem 1rem 3rem; max-width: 68rem; background: var(--page);
  color: var(--ink); font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
h1 { font-size: 1.7rem; line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.4rem 0 .6rem; padding-top: .7rem;
  border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.3rem 0 .4rem; }
p, ul { margin: .4rem 0 .8rem; max-width: 46rem; overflow-wrap: anywhere; }
ul { padding-left: 1.2rem; }
.muted, figcaption, .why { color: var(--muted); font-size: .9rem; }
figcaption { overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: .2rem .9rem; margin: 1rem 0; font-size: .9rem; }
a { color: var(--blue); }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .7rem;
  margin: 1rem 0; }
.cards div { background: var(--card); border-radius: .5rem; padding: .7rem .9rem; }
.cards b { display: block; font-size: 1.45rem; line-height: 1.25; font-weight: 650; }
.cards span { color: var(--muted); font-size: .85rem; }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(25rem, 100%), 1fr));
  gap: 1rem; align-items: start; }
figure { margin: 0; break-inside: avoid; min-width: 0; }
figure svg { display: block; max-width: 100%; height: auto; }
.chart svg { width: 100%; max-width: 27rem; }
.drawing { overflow-x: auto; }
figure.drawing svg { max-width: none; margin: 0 auto 0 0; }
.chart svg text { fill: var(--ink); }
.paper { background: #ffffff; color: #1f2933; border-radius: .5rem; padding: .4rem;
  width: fit-content; max-width: 100%; overflow-x: auto; }
.wide { overflow-x: auto; margin: .4rem 0 1rem; max-width: 100%; width: fit-content;
  background: linear-gradient(to right, var(--page) 40%, transparent) left / 3rem 100% local,
    linear-gradient(to left, var(--page) 40%, transparent) right / 3rem 100% local,
    linear-gradient(to right, var(--shade), transparent) left / 1.1rem 100% scroll,
    linear-gradient(to left, var(--shade), transparent) right / 1.1rem 100% scroll;
  background-repeat: no-repeat; }
.wide:focus-visible { outline: 2px solid var(--blue); outline-offset: 2px; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums;
  width: max-content; }
th { color: var(--muted); font-weight: 600; text-align: left; }
th, td { padding: .28rem .8rem .28rem 0; border-bottom: 1px solid var(--line);
  vertical-align: top; max-width: 20rem; overflow-wrap: anywhere; }
th.n, td.n { text-align: right; white-space: nowrap; }
.matrix small { display: block; color: var(--muted); font-size: .72rem; }
.matrix td, .matrix th { padding: .35rem .5rem; text-align: center; border: 1px solid var(--page);
  white-space: nowrap; }
.matrix th { max-width: 9rem; overflow: hidden; text-overflow: ellipsis; }
.matrix tbody th { text-align: right; }
.bar { display: inline-block; width: 7rem; height: .6rem; background: var(--card);
  border-radius: .3rem; overflow: hidden; vertical-align: middle; }
.bar i { display: block; height: 100%; background: var(--blue); border-radius: .3rem; }
.bar.against i { background: var(--orange); }
.gallery { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fill, minmax(9.5rem, 1fr)); }
.gallery div { display: flex; gap: .3rem; }
.pixels { image-rendering: pixelated; width: 4.6rem; height: auto; border-radius: .25rem;
  background: #ffffff; }
blockquote { margin: .8rem 0 1.2rem; padding: .1rem 0 .1rem .9rem;
  border-left: 3px solid var(--line); max-width: 46rem; break-inside: avoid;
  overflow-wrap: anywhere; }
.finding { border-left: 4px solid var(--line); padding: .1rem 0 .1rem .9rem; margin: .9rem 0;
  break-inside: avoid; }
.finding h3 { margin: .2rem 0; } .finding h3::first-letter { text-transform: uppercase; }
.finding.warning { border-color: var(--orange); } .finding.serious { border-color: var(--red); }
mark { color: inherit; background: none; border-radius: .2rem; padding: 0 .1em; }
mark.up { border-bottom: 2px solid var(--red); }
mark.down { border-bottom: 2px dotted var(--green); }
.tag { font-size: .78rem; font-weight: 600; color: var(--muted); border: 1px solid var(--line);
  border-radius: .3rem; padding: 0 .35rem; margin-left: .45rem; }
code, pre { font: .88rem/1.5 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; }
pre { background: var(--card); border-radius: .5rem; padding: .7rem .9rem; overflow-x: auto; }
.columns { column-width: 17rem; column-gap: 2rem; }
.columns > div { break-inside: avoid; }
@media (max-width: 30rem) { .bar { width: 3.6rem; } th, td { padding-right: .6rem;
  max-width: 13rem; } }
@media print { :root { --page: #ffffff; --card: #f5f7fa; --ink: #1f2933; --muted: #5f6c7b;
  --line: #dde2e8; --blue: #2563eb; --orange: #d9480f; --green: #2b8a3e; --red: #c92a2a;
  --good: 43, 138, 62; --bad: 201, 42, 42; --pale: 37, 99, 235; color-scheme: light; }
  body { font-size: 10pt; max-width: none; padding: 0; } nav { display: none; }
  h2, h3 { break-after: avoid; } table, tr, .cards div { break-inside: avoid; }
  .wide { overflow: visible; }
  * { -webkit-print-color-adjust: exact; print-color-adjust: exact; } }
"""
