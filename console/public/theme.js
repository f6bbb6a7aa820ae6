// Runs before the first paint so that the page never flashes in the wrong theme.
(function () {
  var choice = null;
  try {
    choice = localStorage.getItem("patchbay.theme");
  } catch (blocked) {
    choice = null;
  }
  var dark = choice === "dark" || (choice !== "light" && matchMedia("(prefers-color-scheme: dark)").matches);
  document.documentElement.dataset.theme = dark ? "dark" : "light";
})();
