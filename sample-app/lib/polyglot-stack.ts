import { join } from 'node:path';
import { DockerImage, Duration, Stack, type StackProps } from 'aws-cdk-lib';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';

const functionsFolder = join(import.meta.dirname, '../functions');

/**
 * What the shop has written in other languages. Each function is built in a container when the stack is deployed, and
 * not at all while it is live.
 */
export class PolyglotStack extends Stack {
  constructor(scope: Construct, id: string, props?: StackProps) {
    super(scope, id, props);
    const common = { timeout: Duration.seconds(20), memorySize: 512 };

    new lambda.Function(this, 'TotalInvoice', {
      ...common,
      description: 'Totals an invoice, in Python',
      runtime: lambda.Runtime.PYTHON_3_13,
      handler: 'total_invoice.handler',
      environment: { VAT_PERCENT: '19' },
      code: builtIn(lambda.Runtime.PYTHON_3_13.bundlingImage, {
        folder: 'total-invoice',
        command: 'pip install --target /asset-output --requirement requirements.txt && cp *.py /asset-output',
      }),
    });

    new lambda.Function(this, 'ReserveStock', {
      ...common,
      description: 'Reserves articles for an order, in Go',
      runtime: lambda.Runtime.PROVIDED_AL2023,
      handler: 'bootstrap',
      environment: { UNITS_IN_STOCK: '10' },
      code: builtIn(DockerImage.fromRegistry('public.ecr.aws/docker/library/golang:1.26'), {
        folder: 'reserve-stock',
        command:
          'CGO_ENABLED=0 GOCACHE=/tmp/cache GOPATH=/tmp/go go build -tags lambda.norpc -o /asset-output/bootstrap .',
      }),
    });

    new lambda.Function(this, 'AwardPoints', {
      ...common,
      description: "Awards points to a customer's account, in Java",
      runtime: lambda.Runtime.JAVA_21,
      handler: 'shop.loyalty.AwardPoints::handleRequest',
      environment: { POINTS_PER_UNIT: '10' },
      code: builtIn(lambda.Runtime.JAVA_21.bundlingImage, {
        folder: 'award-points',
        command:
          'mvn --batch-mode -Dmaven.repo.local=/tmp/maven -DbuildDirectory=/tmp/target package dependency:copy-dependencies ' +
          '-DincludeScope=runtime -DoutputDirectory=/asset-output/lib && cp /tmp/target/*.jar /asset-output/lib',
      }),
    });

    new lambda.Function(this, 'ChooseParcel', {
      ...common,
      description: 'Chooses the parcel for a shipment, in Rust',
      runtime: lambda.Runtime.PROVIDED_AL2023,
      handler: 'bootstrap',
      code: builtIn(DockerImage.fromRegistry('ghcr.io/cargo-lambda/cargo-lambda'), {
        folder: 'choose-parcel',
        command:
          'CARGO_HOME=/tmp/cargo cargo lambda build --release --locked --target-dir /tmp/target && ' +
          'cp /tmp/target/lambda/choose-parcel/bootstrap /asset-output',
      }),
    });
  }
}

function builtIn(image: DockerImage, build: { readonly folder: string; readonly command: string }): lambda.AssetCode {
  return lambda.Code.fromAsset(join(functionsFolder, build.folder), {
    // What was built or installed here is no part of the sources.
    exclude: ['.live-lambda', '.venv', '__pycache__', 'target'],
    bundling: { image, command: ['sh', '-c', build.command] },
  });
}
