"""A shop whose app is written in Python, with functions in Python and for Node.js."""

import os

from aws_cdk import App, Stack
from aws_cdk import aws_lambda as lambda_
from aws_cdk.aws_lambda_nodejs import NodejsFunction
from constructs import Construct
from live_lambda_cdk import LiveLambda, LiveLambdaGuard


class ShopStack(Stack):
    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        lambda_.Function(
            self,
            "Total",
            runtime=lambda_.Runtime.PYTHON_3_12,
            handler="total.handler",
            code=lambda_.Code.from_asset("functions/total"),
        )
        lambda_.Function(
            self,
            "Greet",
            runtime=lambda_.Runtime.NODEJS_22_X,
            handler="greet.handler",
            code=lambda_.Code.from_asset("functions/greet"),
        )
        NodejsFunction(
            self,
            "Quote",
            runtime=lambda_.Runtime.NODEJS_22_X,
            entry="functions/quote/quote.ts",
        )
        inline = lambda_.Function(
            self,
            "Inline",
            runtime=lambda_.Runtime.PYTHON_3_12,
            handler="index.handler",
            code=lambda_.Code.from_inline("def handler(event, context):\n    return 42\n"),
        )
        if with_live_lambda:
            LiveLambda.configure(inline, entry="functions/total/total.py")


with_live_lambda = "WITHOUT_LIVE_LAMBDA" not in os.environ
excluded = os.environ.get("EXCLUDE_FROM_LIVE")

app = App()
if with_live_lambda:
    LiveLambda.attach(
        app,
        app_name="shop",
        exclude=[excluded] if excluded else None,
        guard=LiveLambdaGuard(deny_stages=["Billing"]),
    )
ShopStack(app, "Shop")
app.synth()
