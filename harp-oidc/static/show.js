// A button that shows what stands in a password field. Every page works without it.
for (const input of document.querySelectorAll("input[type=password][data-show]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "plain show";
  const turn = (shown) => {
    input.type = shown ? "text" : "password";
    button.textContent = shown ? input.dataset.hide : input.dataset.show;
    // Which field, for somebody who hears the buttons one after another.
    button.setAttribute("aria-label", `${button.textContent} ${input.labels[0].firstChild.textContent.trim()}`);
  };
  button.setAttribute("aria-controls", input.id);
  button.addEventListener("click", () => turn(input.type === "password"));
  // Hidden again before it is sent, so that the browser does not keep it among ordinary answers.
  input.form.addEventListener("submit", () => turn(false));
  turn(false);
  input.after(button);
}
