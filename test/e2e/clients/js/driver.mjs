// Makes AWS calls through the AWS SDK for JavaScript v3. Reads one JSON call a
// line and answers each with one line, as python/driver.py says.

import { createInterface } from "node:readline";
import { readFileSync } from "node:fs";

import * as apigateway from "@aws-sdk/client-api-gateway";
import * as cloudformation from "@aws-sdk/client-cloudformation";
import * as logs from "@aws-sdk/client-cloudwatch-logs";
import * as cognito from "@aws-sdk/client-cognito-identity-provider";
import * as iam from "@aws-sdk/client-iam";
import * as lambda from "@aws-sdk/client-lambda";
import * as sns from "@aws-sdk/client-sns";
import * as ssm from "@aws-sdk/client-ssm";
import * as sts from "@aws-sdk/client-sts";

const services = {
  apigateway: [apigateway, apigateway.APIGatewayClient],
  cloudformation: [cloudformation, cloudformation.CloudFormationClient],
  "cognito-idp": [cognito, cognito.CognitoIdentityProviderClient],
  iam: [iam, iam.IAMClient],
  lambda: [lambda, lambda.LambdaClient],
  logs: [logs, logs.CloudWatchLogsClient],
  sns: [sns, sns.SNSClient],
  ssm: [ssm, ssm.SSMClient],
  sts: [sts, sts.STSClient],
};

const clients = new Map();

function client(call) {
  const id = [call.service, call.endpoint, call.region, call.key, call.secret, call.token].join("\n");
  let c = clients.get(id);
  if (!c) {
    c = new services[call.service][1]({
      region: call.region,
      endpoint: call.endpoint,
      credentials: { accessKeyId: call.key, secretAccessKey: call.secret, sessionToken: call.token || undefined },
      maxAttempts: 1,
    });
    clients.set(id, c);
  }
  return c;
}

async function answer(call) {
  try {
    const Command = services[call.service][0][call.operation + "Command"];
    const out = await client(call).send(new Command(decode(call.input)));
    const status = out.$metadata.httpStatusCode;
    delete out.$metadata;
    return { status, output: await encode(out) };
  } catch (e) {
    const status = e.$metadata?.httpStatusCode;
    if (!status) return { fault: `${e.name}: ${e.message}` };
    const codes = [e.name, e.Code, e.code, e.Error?.Code].filter(Boolean);
    return { status, codes, message: e.message };
  }
}

function decode(v) {
  if (Array.isArray(v)) return v.map(decode);
  if (v === null || typeof v !== "object") return v;
  if ("$bytes" in v) return new Uint8Array(Buffer.from(v.$bytes, "base64"));
  if ("$time" in v) return new Date(v.$time * 1000);
  return Object.fromEntries(Object.entries(v).map(([k, e]) => [k, decode(e)]));
}

async function encode(v) {
  if (v === null || typeof v !== "object") return v;
  if (v instanceof Date) return v.toISOString();
  if (typeof v.transformToByteArray === "function") v = await v.transformToByteArray();
  if (v instanceof Uint8Array) {
    const text = Buffer.from(v).toString("utf8");
    return Buffer.from(text, "utf8").equals(Buffer.from(v)) ? text : Buffer.from(v).toString("base64");
  }
  if (Array.isArray(v)) return Promise.all(v.map(encode));
  const out = {};
  for (const [k, e] of Object.entries(v)) if (e !== undefined) out[k] = await encode(e);
  return out;
}

const { version } = JSON.parse(readFileSync(new URL("./node_modules/@aws-sdk/client-sts/package.json", import.meta.url)));
console.log(JSON.stringify({ client: `AWS SDK for JavaScript ${version}` }));
for await (const line of createInterface({ input: process.stdin })) {
  console.log(JSON.stringify(await answer(JSON.parse(line))));
}
