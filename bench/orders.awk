# A contract with `count` interactions, GET /orders/0 and so on, into the file `contract`, and for
# each a line with its path and the body of its answer into the file `requests`.
BEGIN {
	printf "{\"consumer\":{\"name\":\"web-shop\"},\"provider\":{\"name\":\"orders\"},\"interactions\":[" >contract
	for (i = 0; i < count; i++) {
		body = sprintf("{\"currency\":\"EUR\",\"customer\":\"Sam Example\",\"id\":%d,\"lines\":[" \
			"{\"count\":2,\"price\":12.25,\"sku\":\"A-%d\"}," \
			"{\"count\":1,\"price\":7.75,\"sku\":\"B-%d\"}],\"status\":\"shipped\",\"total\":32.25}", i, i, i)
		printf "%s{\"description\":\"order %d\",\"request\":{\"method\":\"GET\",\"path\":\"/orders/%d\"," \
			"\"headers\":{\"Accept\":\"application/json\"}},\"response\":{\"status\":200," \
			"\"headers\":{\"Content-Type\":\"application/json\"},\"body\":%s,\"matchingRules\":" \
			"{\"body\":{\"$.total\":{\"matchers\":[{\"match\":\"decimal\"}]},\"$.lines\":" \
			"{\"matchers\":[{\"match\":\"type\",\"min\":1}]}}}}}", i ? "," : "", i, i, body >contract
		printf "/orders/%d %s\n", i, body >requests
	}
	printf "],\"metadata\":{\"pactSpecification\":{\"version\":\"3.0.0\"}}}\n" >contract
}
