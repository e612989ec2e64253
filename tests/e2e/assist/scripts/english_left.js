const texts = JSON.parse(document.querySelector("#texts").textContent);
const walker = document.createTreeWalker(document.querySelector("#page"), NodeFilter.SHOW_TEXT);
const shown = [];
while (walker.nextNode()) shown.push(walker.currentNode.data.trim());
for (const each of document.querySelectorAll("#page *"))
  for (const name of ["aria-label", "title", "placeholder"]) if (each.hasAttribute(name)) shown.push(each.getAttribute(name));
return [document.documentElement.lang, shown.filter((each) => each in texts && texts[each] !== each), shown];
