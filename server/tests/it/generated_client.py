"""Places an order and follows it, with a client that was made from the API's own document."""

import importlib
import subprocess
import sys
import uuid
from pathlib import Path

address, folder = sys.argv[1], Path(sys.argv[2])
(folder / "generator.yml").write_text("post_hooks: []\n")
document = f"{address}/api/v1/openapi.json"
generate = ["generate", "--url", document, "--meta", "none", "--overwrite"]
generate += ["--config", str(folder / "generator.yml"), "--output-path", str(folder / "servery_client")]
subprocess.run([sys.executable, "-m", "openapi_python_client", *generate], check=True)
sys.path.insert(0, str(folder))

from servery_client import Client, models  # noqa: E402

client = Client(base_url=address)


def call(operation, *path, **fields):
    tag, name = operation.split(".")
    module = importlib.import_module(f"servery_client.api.{tag}.{name}")
    answer = module.sync_detailed(*path, client=client, **fields)
    return answer.status_code, answer.parsed


def new_id():
    return uuid.uuid4().hex


SLUG = "lighthouse-diner"
status, listing = call("restaurants.get_restaurant", SLUG)
assert status == 200 and listing.restaurant.name == "Lighthouse Diner", listing
assert listing.restaurant.cuisine == models.Cuisine.AMERICAN, listing.restaurant.cuisine
status, menu = call("restaurants.get_menu", SLUG)
dishes = {dish.name: dish for category in menu.categories for dish in category.dishes}
line = models.BasketLine(id=new_id(), dish=dishes["Bottomless Coffee"].id, count=2)
basket = models.Basket(lines=[line])
status, quote = call("orders.post_quote", SLUG, body=basket)
assert status == 200 and quote.total > 0, quote
placement = models.Placement(
    id=new_id(),
    basket=basket,
    contact=models.Contact(name="Ada Byron", phone="+1 212 555 0100"),
    payment=models.PaymentMethod.DOOR,
    seen=quote.total,
    lang=models.Lang.EN,
)
key = new_id()
status, placed = call("orders.post_order", SLUG, body=placement, idempotency_key=key)
assert status == 201 and placed.total == quote.total, placed
assert call("orders.post_order", SLUG, body=placement, idempotency_key=key) == (201, placed), "placed once"
status, tracked = call("orders.get_order", placed.token)
assert status == 200 and tracked.order.progress.state == models.State.PLACED, tracked
assert tracked.order.ordered.contact.name == "Ada Byron", tracked
status, cancelled = call("orders.cancel_order", placed.token)
assert status == 200 and cancelled.progress.state == models.State.CANCELLED, cancelled
status, problem = call("orders.get_order", "0" * 32)
assert status == 404 and isinstance(problem, models.Problem) and problem.status == 404, problem
