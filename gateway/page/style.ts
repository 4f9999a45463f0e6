/** The page's style. Colours have a contrast of 4.5 or more as text and 3 or more as lines, in light and dark. */
export const style = `
:root{color-scheme:light dark;--page:#f6f5f1;--card:#fff;--ink:#1d1c1a;--soft:#66635c;--edge:#e2dfd7;--grid:#e9e6df;
--temperature:#c2410c;--humidity:#1d66b4;--good:#2f7d3b;--bad:#b42318}
@media(prefers-color-scheme:dark){:root{--page:#161513;--card:#211f1c;--ink:#f1eee8;--soft:#aaa59b;--edge:#35322d;
--grid:#33302b;--temperature:#fb923c;--humidity:#6cb1f5;--good:#6cc07a;--bad:#ff8a7d}}
*{box-sizing:border-box;margin:0}
body{background:var(--page);color:var(--ink);font:16px/1.45 system-ui,sans-serif;padding:1rem;max-width:82rem;margin:auto}
header{display:flex;flex-wrap:wrap;gap:.2rem 1rem;align-items:baseline;margin:.2rem 0 1rem}
h1{font-size:1.35rem}h2{font-size:1.15rem;line-height:1.25}
h3{font-size:.8rem;font-weight:600;margin-top:.9rem;display:flex;justify-content:space-between;gap:1rem}
small,.soft,.empty{color:var(--soft);font-size:.85rem;font-weight:400}
h3 small{font-size:.8rem}
main{display:grid;gap:1rem;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr))}
article,section{background:var(--card);border:1px solid var(--edge);border-radius:.8rem;padding:1rem}
.head{display:flex;justify-content:space-between;gap:1rem}
.head>:last-child{text-align:right;white-space:nowrap}
.state::before{content:"";display:inline-block;width:.6rem;height:.6rem;border-radius:50%;background:var(--good);margin-right:.4rem}
.silent.state::before{background:var(--bad);border-radius:0}
.silent.state{color:var(--bad)}
.values{display:flex;flex-wrap:wrap;gap:0 1.4rem;margin-top:.6rem;font-variant-numeric:tabular-nums}
.values b{font-size:2.3rem;line-height:1.15;font-weight:600;letter-spacing:-.02em}
.values b+span{font-size:1.05rem;color:var(--soft);margin-left:.2rem}
.old b{color:var(--soft)}
dl{display:flex;flex-wrap:wrap;gap:0 1.4rem;font-size:.85rem}dl div{display:flex;gap:.35rem}dt{color:var(--soft)}
svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font-size:10.5px;fill:var(--soft);font-variant-numeric:tabular-nums}
.grid{stroke:var(--grid);fill:none}.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.temperature .line{stroke:var(--temperature)}.temperature circle{fill:var(--temperature)}
.humidity .line{stroke:var(--humidity)}.humidity circle{fill:var(--humidity)}
.refused{margin-top:.8rem;padding-top:.6rem;border-top:1px solid var(--edge);font-size:.85rem;overflow-wrap:anywhere}
section{margin-top:1rem}ul{list-style:none;padding:0;margin-top:.4rem}
li{display:flex;flex-wrap:wrap;justify-content:space-between;gap:0 1rem;padding:.35rem 0;border-top:1px solid var(--edge)}
li b{font-weight:600;overflow-wrap:anywhere}
footer{margin:1rem 0 .4rem}
`;
