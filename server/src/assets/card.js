// Puts the card provider's form into the page. Its program is the only foreign one on any page, and this is the only page that has it.
const form = document.getElementById("card");
const { key, amount, currency, secret, paid } = form.dataset;
const [wrong, working, missing] = ["wrong", "working", "missing"].map((name) => document.getElementById(`card-${name}`));
const button = form.querySelector("button");

/** One of the three sentences below the form, or none. */
function say(what, words) {
  for (const sentence of [wrong, working, missing]) sentence.hidden = sentence !== what;
  if (words) what.textContent = words;
  button.disabled = what === working;
}

/** What became of the payment the server asks the provider, not this page. */
const leave = (query = "") => location.assign(paid + query);

function start() {
  const stripe = window.Stripe(key, { locale: document.documentElement.lang });
  if (secret) {
    say(working);
    return stripe.handleNextAction({ clientSecret: secret }).then(() => leave(), () => leave());
  }
  const style = getComputedStyle(document.documentElement);
  const elements = stripe.elements({
    mode: "payment",
    amount: Number(amount),
    currency,
    allowedPaymentMethodTypes: ["card"],
    paymentMethodCreation: "manual",
    appearance: {
      theme: matchMedia("(prefers-color-scheme: dark)").matches ? "night" : "stripe",
      variables: { fontSizeBase: style.fontSize },
    },
  });
  const element = elements.create("payment");
  element.on("loaderror", () => say(missing));
  element.on("ready", () => (button.hidden = false));
  element.mount("#card-element");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    say(working);
    const checked = await elements.submit();
    const made = checked.error ? checked : await stripe.createPaymentMethod({ elements });
    // The provider says it in the language of the page.
    if (made.error) return say(wrong, made.error.message);
    leave(`?payment_method=${encodeURIComponent(made.paymentMethod.id)}`);
  });
  // Whoever comes back from the bank by the browser's button can try again.
  addEventListener("pageshow", () => say());
}

form.hidden = false;
if (window.Stripe) start();
else say(missing);
